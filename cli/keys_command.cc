#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>

#include "cli/commands.h"
#include "core/base/quantity_text.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/key_file.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/crypto/x25519.h"
#include "core/domain/observation.h"
#include "core/geo/country_zones.h"
#include "core/geo/position.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/protocol/authority.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {


std::uint64_t SecondsNow() {
  SystemClock clock;
  return static_cast<std::uint64_t>(clock.Read().wall.nanoseconds() / 1'000'000'000);
}

std::uint64_t WholeSeconds(Duration d) { return static_cast<std::uint64_t>(d / std::chrono::seconds(1)); }

std::string PathOf(const KeysCommand& command, std::string_view name) {
  return fmt::format("{}/{}", command.out, name);
}

// What names files is one component of a path, and not hidden.
Status NameIsSound(std::string_view option, const std::string& name) {
  constexpr std::size_t kNameLengthMax = 64;
  const bool sound = !name.empty() && name.size() <= kNameLengthMax && name.front() != '.' &&
                     std::ranges::all_of(name, [](unsigned char c) {
                       return std::isalnum(c) != 0 || std::string_view("-_. ()").find(static_cast<char>(c)) != std::string_view::npos;
                     });
  if (sound) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} \"{}\" is no name of a file; write 1 to {} letters, digits, spaces and "
                          "-_.(), and no dot first", option, name, kNameLengthMax));
}

Status PrepareFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", folder, error.message()));
  return {};
}

// Signed records hold whole seconds.
Status ValidityIsSound(Duration valid_for) {
  if (valid_for >= std::chrono::seconds(1)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("--valid-for {} is over before it begins; write 1 s or more",
                          DurationText(valid_for)));
}

Status WriteBlob(const std::string& path, BlobContext context, const Ed25519PrivateKey& signer,
                 const std::string& tbs) {
  return WriteFileAtomically(path, ToString(SignBlob(context, signer, AsBytes(tbs))));
}

void Wrote(const Console& console, const std::string& path, std::string_view what) {
  console.out << fmt::format("{:<48} {}\n", path, what);
}

Status MakeRoot(const KeysCommand& command, const Console& console) {
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(PathOf(command, "root.key"), key));
  EARSHOT_RETURN_IF_ERROR(WritePublicKeyFile(PathOf(command, "root.pub"), key.public_key()));
  Wrote(console, PathOf(command, "root.key"), "private; keep it off-line");
  Wrote(console, PathOf(command, "root.pub"), "public; give it to every agent and verifier");
  return {};
}

// The record of where a landmark stands; kInvalidArgument names the option that is missing.
Result<v1::PositionRecord> PositionOf(const KeysCommand& command) {
  if (!command.latitude_deg || !command.longitude_deg) {
    return Fail(ErrorCode::kInvalidArgument, "a landmark needs --latitude and --longitude");
  }
  if (command.trust_domain.empty() || command.operator_name.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a landmark needs --trust-domain and --operator");
  }
  EARSHOT_ASSIGN_OR_RETURN(const Position position,
                           Position::FromDegrees(*command.latitude_deg, *command.longitude_deg));
  EARSHOT_ASSIGN_OR_RETURN(const CountryCode jurisdiction, ParseCountryCode(command.jurisdiction));
  if (Distance::Metres(command.uncertainty_m) > kPositionUncertaintyMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("--uncertainty-m {} says nothing; write at most {:.0f} (1,000 km)",
                            command.uncertainty_m, kPositionUncertaintyMax.metres()));
  }
  v1::PositionRecord record;
  record.set_landmark_id(command.subject);
  record.set_city(command.city);
  record.set_latitude_e7(std::llround(position.latitude_degrees() * 1e7));
  record.set_longitude_e7(std::llround(position.longitude_degrees() * 1e7));
  record.set_uncertainty_m(command.uncertainty_m);
  record.set_trust_domain(command.trust_domain);
  record.set_operator_name(command.operator_name);
  record.set_jurisdiction(jurisdiction.text());
  return record;
}

v1::Role RoleNamed(const std::string& name) {
  if (name == "landmark") return v1::ROLE_LANDMARK;
  if (name == "verdict") return v1::ROLE_VERDICT;
  return name == "maker" ? v1::ROLE_MAKER : v1::ROLE_LOG;
}

Status MakeDelegation(const KeysCommand& command, const Console& console) {
  EARSHOT_RETURN_IF_ERROR(NameIsSound("--subject", command.subject));
  EARSHOT_RETURN_IF_ERROR(ValidityIsSound(command.valid_for));
  const bool landmark = command.role == "landmark";
  const bool placed = command.latitude_deg || command.longitude_deg || !command.city.empty() ||
                      !command.trust_domain.empty() || !command.operator_name.empty() ||
                      !command.jurisdiction.empty();
  if (!landmark && placed) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("only a landmark stands somewhere; leave out the options of a place, or "
                            "write --role landmark instead of {}", command.role));
  }
  if (landmark && command.valid_for > kLandmarkDelegationMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a landmark's key may serve {} at most; --valid-for says {}",
                            DurationText(kLandmarkDelegationMax), DurationText(command.valid_for)));
  }
  EARSHOT_ASSIGN_OR_RETURN(const Ed25519PrivateKey root, ReadEd25519PrivateKeyFile(command.signer));
  v1::Delegation delegation;
  std::string position;
  if (landmark) {
    EARSHOT_ASSIGN_OR_RETURN(const v1::PositionRecord record, PositionOf(command));
    position = record.SerializeAsString();
    delegation.set_position_record_sha256(ToString(Sha256(AsBytes(position))));
  }
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  const std::string key_path = PathOf(command, command.subject + ".key");
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(key_path, key));
  Wrote(console, key_path, "private signing key");
  const std::string public_path = PathOf(command, command.subject + ".pub");
  EARSHOT_RETURN_IF_ERROR(WritePublicKeyFile(public_path, key.public_key()));
  Wrote(console, public_path, fmt::format("public; key id {}", HexEncode(key.id().value())));
  // After the key, which is never overwritten: what belongs to an earlier key stays with it.
  if (landmark) {
    const std::string position_path = PathOf(command, command.subject + ".position");
    EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(position_path, position));
    Wrote(console, position_path, "where it stands");
    const std::string sealing_path = PathOf(command, command.subject + ".sealing.key");
    EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(sealing_path, X25519KeyPair::Generate(random)));
    Wrote(console, sealing_path, "private key that device identities are sealed to");
  }
  const std::uint64_t now = SecondsNow();
  delegation.set_role(RoleNamed(command.role));
  delegation.set_subject(command.subject);
  delegation.set_public_key(ToString(key.public_key().bytes()));
  delegation.set_not_before_s(now);
  delegation.set_not_after_s(now + WholeSeconds(command.valid_for));
  const std::string path = PathOf(command, command.subject + ".delegation");
  EARSHOT_RETURN_IF_ERROR(
      WriteBlob(path, BlobContext::kDelegation, root, delegation.SerializeAsString()));
  Wrote(console, path, fmt::format("role {}, for {}", command.role, DurationText(command.valid_for)));
  return {};
}

Status MakeEndorsement(const KeysCommand& command, const Console& console) {
  EARSHOT_RETURN_IF_ERROR(NameIsSound("--device", command.subject));
  EARSHOT_RETURN_IF_ERROR(ValidityIsSound(command.valid_for));
  EARSHOT_ASSIGN_OR_RETURN(const Ed25519PrivateKey maker, ReadEd25519PrivateKeyFile(command.signer));
  v1::Endorsement endorsement;
  for (const std::string& text : command.firmware) {
    EARSHOT_ASSIGN_OR_RETURN(const Bytes32 hash, HexDecode32(text));
    endorsement.add_firmware_sha256(ToString(hash));
  }
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  const std::string key_path = PathOf(command, command.subject + ".key");
  EARSHOT_RETURN_IF_ERROR(WritePrivateKeyFile(key_path, key));
  Wrote(console, key_path, "private device key");
  const std::string public_path = PathOf(command, command.subject + ".pub");
  EARSHOT_RETURN_IF_ERROR(WritePublicKeyFile(public_path, key.public_key()));
  Wrote(console, public_path, fmt::format("public; key id {}", HexEncode(key.id().value())));
  const std::uint64_t now = SecondsNow();
  endorsement.set_device_key(ToString(key.public_key().bytes()));
  endorsement.set_maker(command.maker);
  endorsement.set_model(command.model);
  endorsement.set_session_keys(command.session_keys == "sealed"
                                   ? v1::Endorsement::SESSION_KEYS_SEALED
                                   : v1::Endorsement::SESSION_KEYS_HOST);
  endorsement.set_not_before_s(now);
  endorsement.set_not_after_s(now + WholeSeconds(command.valid_for));
  const std::string path = PathOf(command, command.subject + ".endorsement");
  EARSHOT_RETURN_IF_ERROR(
      WriteBlob(path, BlobContext::kEndorsement, maker, endorsement.SerializeAsString()));
  Wrote(console, path, fmt::format("model {}, for {}", command.model,
                                   DurationText(command.valid_for)));
  return {};
}

// The id of the key that the user named: by its 64 digits, or by the file of the public key.
Result<Bytes32> KeyIdNamed(const std::string& text) {
  if (const auto id = HexDecode32(text)) return *id;
  EARSHOT_ASSIGN_OR_RETURN(const Ed25519PublicKey key, ReadEd25519PublicKeyFile(text));
  return key.id().value();
}

Status Withdraw(const KeysCommand& command, const Console& console) {
  EARSHOT_ASSIGN_OR_RETURN(const Ed25519PrivateKey root, ReadEd25519PrivateKeyFile(command.signer));
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 id, KeyIdNamed(command.key));
  if (id == root.public_key().id().value()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is the root itself, and it cannot withdraw itself: this list would be "
                            "signed by what it withdraws; make a new root, and give its public key to "
                            "every agent and verifier", command.key));
  }
  const std::uint64_t now = SecondsNow();
  const std::string path = PathOf(command, "revocations");
  std::error_code ignored;
  // A list that forgets what an older one withdrew would bring those keys back.
  if (std::filesystem::exists(path, ignored) &&
      (command.list.empty() || !std::filesystem::equivalent(path, command.list, ignored))) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{0} exists; add to it with --list {0}, or write elsewhere", path));
  }
  v1::RevocationList list;
  std::uint64_t epoch = now;
  if (!command.list.empty()) {
    EARSHOT_ASSIGN_OR_RETURN(const std::string old, ReadFile(command.list, kSignedBlobBytesMax));
    ListTrust trust(root.public_key());
    EARSHOT_ASSIGN_OR_RETURN(const RevocationListContent content,
                             trust.AcceptRevocationList(AsBytes(old)));
    list.set_version(content.version);
    // The epoch never goes back, not even on a machine whose clock did.
    epoch = std::max(epoch, static_cast<std::uint64_t>(content.epoch.nanoseconds() / 1'000'000'000));
    for (const RevocationListContent::Entry& entry : content.revoked) {
      v1::RevokedKey* to = list.add_revoked();
      to->set_key_id(ToString(entry.key.value()));
      to->set_since_s(static_cast<std::uint64_t>(entry.since.nanoseconds() / 1'000'000'000));
      to->set_why(entry.why);
    }
  }
  v1::RevokedKey* revoked = list.add_revoked();
  revoked->set_key_id(ToString(id));
  revoked->set_since_s(now);
  revoked->set_why(command.why);
  list.set_version(list.version() + 1);
  list.set_epoch_s(epoch);
  EARSHOT_RETURN_IF_ERROR(
      WriteBlob(path, BlobContext::kRevocationList, root, list.SerializeAsString()));
  Wrote(console, path, fmt::format("version {}, {}", list.version(),
                                   Counted(static_cast<std::uint64_t>(list.revoked_size()), "key")));
  return {};
}

Status Make(const KeysCommand& command, const Console& console) {
  EARSHOT_RETURN_IF_ERROR(PrepareFolder(command.out));
  switch (command.kind) {
    case KeysCommand::Kind::kRoot: return MakeRoot(command, console);
    case KeysCommand::Kind::kDelegate: return MakeDelegation(command, console);
    case KeysCommand::Kind::kEndorse: return MakeEndorsement(command, console);
    case KeysCommand::Kind::kRevoke: return Withdraw(command, console);
  }
  return {};
}

}  // namespace

ExitCode Keys(const KeysCommand& command, const Console& console) {
  const Status made = Make(command, console);
  return made ? ExitCode::kRan : Complain(console, made.error());
}

}  // namespace earshot
