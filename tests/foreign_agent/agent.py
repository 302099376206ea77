#!/usr/bin/python3
"""A foreign EWP1 agent: written from docs/PROTOCOL.md and proto/earshot/v1/wire.proto alone.

It shares no line with the agent of this project: where both interoperate with a landmark, the
document is complete. Needs python3-cryptography and python3-protobuf. One JSON object a line tells
what happened. The exit status is 0 when every wanted landmark gave the wanted number of valid
receipts, 1 when one did not, 2 when the agent could not start. --misbehave makes it the
misbehaving twin, which gets no receipt except where noted:
  forge-tag          every tag is random
  replay-pong        honest, but sends every PONG again and again (gets its receipts)
  answer-early       answers indices not yet asked with guessed nonces, and no others
  wrong-session      PONG and EVIDENCE carry another session id
  no-evidence        answers honestly, never sends EVIDENCE
  wrong-root         EVIDENCE carries a root of other leaves
  reuse-counter      one session counter for the whole run (each landmark's first session passes)
  oversize           PONG and EVIDENCE are one byte too long; every HELLO has a longer copy
  stale-cookie       HELLO2 carries the cookie of an earlier HELLO
  unsealed-identity  random bytes in place of the sealed identity
  lower-suite        HELLO offers suites 2 and 1, its HELLO2 only suite 1
"""
import argparse, collections, contextlib, fcntl, hashlib, hmac, json, os, pathlib, re
import selectors, socket, struct, subprocess, sys, tempfile, time, warnings

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HELLO, RETRY, HELLO2, WELCOME, PING, PONG, EVIDENCE, RECEIPT = range(1, 9)
NO_NONCE = bytes(12)
MODES = re.findall("^  ([a-z]+-?[a-z]+)  ", __doc__, re.MULTILINE)
MAX_TRAIN, MAX_PINGS_A_SECOND, MAX_LIFETIME_MS = 16, 10_000, 3_600_000  # what we are willing to do
HELLO_WAITS, EVIDENCE_WAITS = (0.25, 0.5, 1, 2, 2, 2), (0.3, 0.6, 1.2, 1.2)
PAUSE_S = 0.05  # between two sessions with one landmark

class Refused(Exception):
    """What arrived is not valid; the text says why."""

def demand(holds, why):
    if not holds:
        raise Refused(why)

# Primitives
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def mac(key, message): return hmac.digest(key, message, "sha256")
def expand(secret, label): return mac(secret, label + b"\1")  # HKDF-Expand to 32 bytes
def sign(private, context, message): return private.sign(context + b"\0" + message)

def raw(key):
    """The 32 bytes of a public key (of a private key's public half)."""
    public = key.public_key() if hasattr(key, "public_key") else key
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)

def agree(private, public):
    """X25519; an all-zero result is refused."""
    try:
        return private.exchange(x25519.X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Refused("degenerate share") from None

def verify(public, signature, context, message):
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, context + b"\0" + message)
    except (InvalidSignature, ValueError):
        raise Refused(f"signature: {context.decode()}") from None

def merkle_root(leaves):
    """The RFC 6962 root: left subtree the largest power of two below the count."""
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1", merkle_root(leaves[:split]), merkle_root(leaves[split:]))

# Signed objects (section 1)
def load_wire(proto_dir):
    """Imports wire_pb2 (as PB) from proto_dir, or makes it with protoc from the schema."""
    global PB
    with tempfile.TemporaryDirectory() as made:
        if not proto_dir:
            schemas = pathlib.Path(__file__).resolve().parents[2] / "proto"
            subprocess.run(["protoc", "-I", schemas, f"--python_out={made}",
                            schemas / "earshot/v1/wire.proto"], check=True)
        sys.path.insert(0, proto_dir or made)
        from earshot.v1 import wire_pb2 as PB

def parse(kind, data):
    """Parses a message; unknown fields are refused at every depth."""
    message = getattr(PB, kind)()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # trailing bytes are a mere warning to protobuf
            message.ParseFromString(data)
    except Exception:
        raise Refused(f"malformed {kind}") from None
    size = message.ByteSize()
    message.DiscardUnknownFields()
    demand(message.ByteSize() == size, f"unknown fields in {kind}")
    return message

def make_blob(private, context, tbs):
    return PB.SignedBlob(alg=1, key_id=sha256(raw(private)), tbs=tbs,
                         signature=sign(private, context, tbs)).SerializeToString()

def open_blob(data, public, context, kind):
    """Verifies first, parses afterwards."""
    demand(len(data) <= 65536, "blob too long")
    blob = parse("SignedBlob", data)
    demand(blob.alg == 1 and blob.key_id == sha256(public), f"signer: {context.decode()}")
    verify(public, blob.signature, context, blob.tbs)
    return parse(kind, blob.tbs)

Landmark = collections.namedtuple("Landmark", "id address key key_id sealing_key")

def open_entry(entry, root, epoch):
    """One landmark of the list, when its delegation stands at the list's epoch."""
    blob = entry.delegation.SerializeToString()
    given = open_blob(blob, root, b"EWP1 delegation v1", "Delegation")
    demand(given.role == PB.ROLE_LANDMARK and given.subject == entry.landmark_id, "delegation")
    demand(given.not_before_s <= epoch <= given.not_after_s, "delegation validity")
    demand(given.not_after_s - given.not_before_s <= 604800, "delegation length")
    demand(len(given.public_key) == 32 and len(entry.sealing_key) == 32, "key length")
    demand(re.fullmatch(r"\d+(\.\d+){3}:\d+", entry.endpoint, re.ASCII), "endpoint")
    host, port = entry.endpoint.split(":")
    return Landmark(entry.landmark_id, (host, int(port)), given.public_key,
                    sha256(given.public_key), entry.sealing_key)

def open_list(data, root, memory):
    """The landmarks that stand, and the reasons against the others."""
    listed = open_blob(data, root, b"EWP1 landmark list v1", "LandmarkList")
    demand(listed.version >= memory.version and listed.epoch_s >= memory.epoch, "older list")
    demand(listed.expires_s >= listed.epoch_s, "list expired when it was issued")
    memory.save(memory.counter, listed.version, listed.epoch_s)
    stand, left_out = [], {}
    for entry in listed.landmarks:
        try:
            stand.append(open_entry(entry, root, listed.epoch_s))
        except Refused as why:
            left_out[entry.landmark_id] = str(why)
    return stand, left_out

class Memory:
    """What must survive restarts: the session counter, and the highest list accepted.

    One line of three fixed-width numbers, overwritten in place and flushed before use; the lock
    keeps a second process from using a counter twice, which would convict the key."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = [int(word) for word in os.read(self.file, 200).split()]
        self.counter, self.version, self.epoch = (found + [0, 0, 0])[:3]

    def save(self, counter, version, epoch):
        self.counter, self.version, self.epoch = counter, version, epoch
        os.pwrite(self.file, b"%020d %020d %020d\n" % (counter, version, epoch), 0)
        os.fsync(self.file)

    def next_counter(self):
        self.save(self.counter + 1, self.version, self.epoch)
        return self.counter

# Packets (sections 2 to 5)
def header(kind, session=bytes(8), index=0, round_=0):
    return struct.pack(">4sBBBB8sII8x", b"EWP1", 1, kind, int(kind >= WELCOME), 0, session, index,
                       round_)

def hello_packet(key_id, share, nonce, suites=b"\1"):
    return header(HELLO) + (suites.ljust(8, b"\0") + key_id + share + nonce).ljust(1168, b"\0")

def seal_identity(head, device, counter, share, sealing_key):
    """The 120 bytes of HELLO2 that only the landmark can open; head is HELLO2[0..200)."""
    t, public, be64 = sha256(head), raw(device), struct.pack(">Q", counter)
    key = expand(mac(t, agree(share, sealing_key)), b"EWP1 identity v1")
    plain = public + be64 + sign(device, b"EWP1 hello v1", t + public + be64)
    return ChaCha20Poly1305(key).encrypt(NO_NONCE, plain, head)

def welcome_root(welcome):
    """R: our leaf folded up the path by the bits of the leaf index."""
    node, index = sha256(b"\0", welcome[:216]), welcome[217]
    for level in range(welcome[216]):
        sibling = welcome[224 + 32 * level:256 + 32 * level]
        node = sha256(b"\1", sibling, node) if index >> level & 1 else sha256(b"\1", node, sibling)
    return node

WELCOME_FIELDS = ">32s32s32s32sHBBHHIIII"
Welcome = collections.namedtuple(
    "Welcome", "h share nonce anchor n train trains gap_us spin_us pps idle_ms lifetime_ms round")

def open_welcome(packet, hello2, landmark_key):
    """Checks header, transcript hash, path, signature and our own limits, in that order."""
    demand(len(packet) == 480, "length")
    session, w = packet[8:16], Welcome._make(struct.unpack(WELCOME_FIELDS, packet[32:184]))
    demand(packet[:32] == header(WELCOME, session, 0, w.round), "header")
    demand(session != bytes(8) and w.round > 0, "session or round")
    demand(w.h == sha256(hello2), "transcript hash")
    depth, leaf = packet[216], packet[217]
    demand(depth <= 6 and leaf < 1 << depth, "path")
    demand(not any(packet[184:216] + packet[218:224] + packet[224 + 32 * depth:416]), "zeros")
    verify(landmark_key, packet[416:], b"EWP1 welcome v1", welcome_root(packet))
    demand(1 <= w.n <= 256 and 1 <= w.train <= MAX_TRAIN and 1 <= w.trains <= 2
           and w.pps <= MAX_PINGS_A_SECOND and w.lifetime_ms <= MAX_LIFETIME_MS, "limits")
    return w

def session_keys(welcome, ephemeral_secret, sealing_secret, round_):
    """(round key, a2l key, l2a key); the two secrets are the X25519 results."""
    secret = mac(sha256(welcome[:216]), ephemeral_secret + sealing_secret)
    return [expand(secret, label + b"\0" + struct.pack(">I", round_)) for label in (
        b"EWP1 round v1", b"EWP1 agent to landmark v1", b"EWP1 landmark to agent v1")]

def chain_down(session, i, x, steps):
    """From x_i to x_(i - steps)."""
    for k in range(i, i - steps, -1):
        x = sha256(b"EWP1 chain v1\0", session, struct.pack(">I", k), x)
    return x

def pong_packet(ping, round_key):
    head = ping[:5] + bytes([PONG]) + ping[6:32]
    return head + mac(round_key, ping + head)

def seal_box(key, head, blob):
    """EVIDENCE and RECEIPT: length, blob and zeros under the AEAD."""
    demand(len(blob) <= 1150, "blob does not fit a packet")
    plain = (struct.pack(">H", len(blob)) + blob).ljust(1152, b"\0")
    return head + ChaCha20Poly1305(key).encrypt(NO_NONCE, plain, head)

def open_box(key, packet):
    try:
        plain = ChaCha20Poly1305(key).decrypt(NO_NONCE, packet[32:], packet[:32])
    except InvalidTag:
        raise Refused("AEAD") from None
    size = int.from_bytes(plain[:2], "big")
    demand(len(packet) == 1200 and size <= 1150 and not any(plain[2 + size:]), "padding")
    return plain[2:2 + size]

def bitmap(indices, n):
    return sum(1 << i - 1 for i in indices).to_bytes((n + 7) // 8, "little")

# One session after another with one landmark (sections 6 and 7)
def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)

class Peer:
    """The agent's state table for one landmark, on a socket of its own."""

    def __init__(self, landmark, options, device, memory):
        self.to, self.options, self.device, self.memory = landmark, options, device, memory
        self.mode, self.socket = options.misbehave, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((options.local, 0))
        self.receipts, self.dropped, self.previous, self.spin_until = 0, 0, b"", 0.0
        self.backoff, self.old_cookie = 0.25, None
        self.rest(0)

    @property
    def done(self):
        return self.receipts >= self.options.rounds

    def tell(self, event, **fields):
        say(event, landmark=self.to.id, **fields)

    def rest(self, pause):
        self.state, self.timer = "IDLE", time.monotonic() + pause

    def fail(self, why):
        """The attempt is dropped; the next starts after a doubling pause."""
        self.tell("failed", state=self.state, reason=why, dropped=self.dropped)
        self.rest(self.backoff)
        self.backoff = min(self.backoff * 2, 8)

    def send(self, packet):
        longer = [packet + b"\0"] if self.mode == "oversize" else []
        for one in longer + [packet] * (not longer or packet[5] in (HELLO, HELLO2)):
            with contextlib.suppress(OSError):  # as good as lost on the way
                self.socket.sendto(one, self.to.address)

    def send_again(self, packet, state, waits):
        """Sends now and repeats the same bytes after each wait but the last, which ends it."""
        self.packet, self.state, self.waits = packet, state, list(waits)
        self.repeat()

    def repeat(self):
        if not self.waits:
            return self.fail("no answer")
        self.send(self.packet)
        self.timer = time.monotonic() + self.waits.pop(0)

    def on_timer(self):
        if self.state == "IDLE":
            self.ephemeral = x25519.X25519PrivateKey.generate()
            suites = b"\2\1" if self.mode == "lower-suite" else b"\1"
            hello = hello_packet(self.to.key_id, raw(self.ephemeral), os.urandom(32), suites)
            self.send_again(hello, "AWAIT_RETRY", HELLO_WAITS)
        elif self.state != "OPEN":
            self.repeat()
        elif self.answered and self.timer < self.lifetime_end:
            self.close_round()
        else:
            self.fail("lifetime over")

    def set_open_timer(self):
        """EVIDENCE at once after index N, else when idle; without an answer the lifetime ends."""
        self.timer = self.lifetime_end
        if self.answered:
            idle = 0 if self.high[0] == self.w.n else self.w.idle_ms / 1000
            self.timer = min(self.timer, self.last_answer + idle)

    def on_packet(self, packet, source):
        """Dispatches by state; whatever is out of place is dropped and counted."""
        kind = packet[5] if len(packet) >= 32 else 0
        handler = {("OPEN", PING): self.on_ping, ("AWAIT_RETRY", RETRY): self.on_retry,
                   ("AWAIT_WELCOME", WELCOME): self.on_welcome,
                   ("AWAIT_RECEIPT", RECEIPT): self.on_receipt}.get((self.state, kind))
        try:
            demand(handler and source == self.to.address and not self.done, "out of place")
            handler(packet)
        except Refused as why:
            self.dropped += 1
            if handler and kind in (WELCOME, RECEIPT):
                self.tell("welcome" if kind == WELCOME else "receipt", ok=False, reason=str(why))

    def on_retry(self, packet):
        demand(len(packet) == 96 and packet[:32] == header(RETRY), "retry")
        demand(packet[64:] == sha256(self.packet), "retry of another hello")
        cookie, offer = packet[32:64], self.packet[32:168]
        if self.mode == "stale-cookie":
            if not self.old_cookie:
                self.old_cookie = cookie
                return self.rest(0)
            cookie = self.old_cookie
        if self.mode == "lower-suite":
            offer = b"\1".ljust(8, b"\0") + offer[8:]
        self.counter = self.options.fixed_counter or self.memory.next_counter()
        head = header(HELLO2) + offer + cookie
        sealed = seal_identity(head, self.device, self.counter, self.ephemeral,
                               self.to.sealing_key)
        if self.mode == "unsealed-identity":
            sealed = os.urandom(120)
        self.send_again((head + sealed).ljust(1200, b"\0"), "AWAIT_WELCOME", HELLO_WAITS)

    def on_welcome(self, packet):
        w = open_welcome(packet, self.packet, self.to.key)
        self.round_key, self.a2l, self.l2a = session_keys(
            packet, agree(self.ephemeral, w.share), agree(self.ephemeral, self.to.sealing_key),
            w.round)
        self.w, self.session, self.answered, self.times = w, packet[8:16], {}, []
        self.worn = os.urandom(8) if self.mode == "wrong-session" else self.session
        self.high, self.state, self.backoff = (0, w.anchor), "OPEN", 0.25
        self.lifetime_end = time.monotonic() + w.lifetime_ms / 1000
        self.tell("welcome", ok=True, session=self.session.hex(), round=w.round, n=w.n,
                  counter=self.counter)
        for i in range(1, (w.n if self.mode == "answer-early" else 0) + 1):
            ping = header(PING, self.session, i, w.round) + os.urandom(32)
            self.answered[i] = ping + pong_packet(ping, self.round_key)
            self.send(self.answered[i][64:])
        self.last_answer = time.monotonic()
        self.set_open_timer()

    def on_ping(self, ping):
        now, i = time.monotonic(), int.from_bytes(ping[16:20], "big")
        demand(len(ping) == 64, "ping length")
        demand(ping[:32] == header(PING, self.session, i, self.w.round), "ping header")
        demand(1 <= i <= self.w.n and i not in self.answered, "ping index")
        (low, x_low), (high, x_high) = sorted([self.high, (i, ping[32:])])
        demand(chain_down(self.session, high, x_high, high - low) == x_low, "ping nonce")
        self.times = [at for at in self.times if at > now - 1]
        demand(len(self.times) < max(self.w.pps, self.w.train * self.w.trains), "pings too fast")
        pong = pong_packet(ping[:8] + self.worn + ping[16:], self.round_key)
        if self.mode == "forge-tag":
            pong = pong[:32] + os.urandom(32)
        self.send(pong)
        if self.mode == "replay-pong":
            for old in pong, *(both[64:] for both in list(self.answered.values())[-2:]):
                self.send(old)
        self.answered[i], self.high = ping + pong, (high, x_high)
        self.times.append(now)
        self.last_answer, self.spin_until = now, now + self.w.spin_us / 1e6
        self.set_open_timer()

    def close_round(self):
        self.tell("pongs", count=len(self.answered))
        if self.mode == "no-evidence":
            return self.fail("keeping the evidence")
        leaves = [both for _, both in sorted(self.answered.items())]
        root = merkle_root(leaves + [bytes(128)] * (self.mode == "wrong-root"))
        self.evidence = make_blob(self.device, b"EWP1 evidence v1", PB.Evidence(
            transcript_sha256=self.w.h, round=self.w.round,
            answered=bitmap(self.answered, self.w.n), merkle_root=root,
            session_counter=self.counter, claims=PB.SystemClaims(
                model=self.options.model, firmware_sha256=self.options.firmware,
                boot_count=self.options.boot_count),
            previous_evidence_sha256=self.previous).SerializeToString())
        self.previous = sha256(self.evidence)
        self.send_again(seal_box(self.a2l, header(EVIDENCE, self.worn, 0, self.w.round),
                                 self.evidence), "AWAIT_RECEIPT", EVIDENCE_WAITS)

    def on_receipt(self, packet):
        demand(packet[:32] == header(RECEIPT, self.session, 0, self.w.round), "header")
        blob = open_box(self.l2a, packet)
        said = open_blob(blob, self.to.key, b"EWP1 agent receipt v1", "AgentReceipt")
        demand((said.transcript_sha256, said.round) == (self.w.h, self.w.round), "other session")
        demand(said.evidence_sha256 == sha256(self.evidence), "other evidence")
        demand(len(said.samples_commitment) == 32 and not said.next_anchor, "commitment")
        self.receipts += 1
        self.tell("receipt", ok=True, receipts=self.receipts, dropped=self.dropped)
        self.rest(PAUSE_S)

def run(peers, timeout):
    """The select loop: until every peer is done or the time is up."""
    end, chosen = time.monotonic() + timeout, selectors.DefaultSelector()
    for peer in peers:
        chosen.register(peer.socket, selectors.EVENT_READ, peer)
    while (now := time.monotonic()) < end and (busy := [p for p in peers if not p.done]):
        awake = any(p.spin_until > now for p in busy)  # for the rest of a train
        for ready, _ in chosen.select(0 if awake else min([end] + [p.timer for p in busy]) - now):
            with contextlib.suppress(OSError):
                ready.data.on_packet(*ready.fileobj.recvfrom(2048))
        for peer in busy:
            if not peer.done and peer.timer <= time.monotonic():
                peer.on_timer()

# The test vectors (section 8)
def read_vectors(text):
    """`name = hex`, long values continuing on indented lines."""
    found, name = {}, None
    for line in text.split("```vectors\n")[1].split("```")[0].splitlines():
        if not line.startswith((" ", "\t")):
            name, _, line = (part.strip() for part in line.partition("="))
        found[name] = found.get(name, "") + "".join(line.split())
    return {name: bytes.fromhex(value) for name, value in found.items() if name}

def verify_vectors(text):
    given = read_vectors(text)
    say("vectors", found=len(given))
    return 1  # nothing derived: nothing holds

def main():
    parser = argparse.ArgumentParser(description="A foreign EWP1 agent.")
    for name in "list root key counter-file proto-dir verify-vectors".split():
        parser.add_argument("--" + name)
    for name, default in dict(model="", firmware="", boot_count=0, local="127.0.0.1", rounds=1,
                              timeout=30.0).items():
        parser.add_argument("--" + name.replace("_", "-"), default=default, type=type(default))
    parser.add_argument("--landmark", action="append")
    parser.add_argument("--misbehave", choices=MODES)
    options = parser.parse_args()
    load_wire(options.proto_dir)
    if options.verify_vectors:
        return verify_vectors(pathlib.Path(options.verify_vectors).read_text())
    try:
        root = bytes.fromhex(pathlib.Path(options.root).read_text())
        device = ed25519.Ed25519PrivateKey.from_private_bytes(
            bytes.fromhex(pathlib.Path(options.key).read_text()))
        memory = Memory(options.counter_file)
        options.firmware = bytes.fromhex(options.firmware)
        demand(len(options.model) <= 200, "model is too long for EVIDENCE")
        stand, left_out = open_list(pathlib.Path(options.list).read_bytes(), root, memory)
        say("list", landmarks=[one.id for one in stand], left_out=left_out)
        wanted = [one for one in stand if not options.landmark or one.id in options.landmark]
        missing = set(options.landmark or ()) - {one.id for one in wanted}
        demand(wanted and not missing, f"not in the list: {sorted(missing)}")
        options.fixed_counter = options.misbehave == "reuse-counter" and memory.next_counter()
        peers = [Peer(one, options, device, memory) for one in wanted]
    except (Refused, OSError, ValueError, TypeError) as why:
        say("refused", reason=str(why))
        return 2
    run(peers, options.timeout)
    say("end", receipts={peer.to.id: peer.receipts for peer in peers})
    return 0 if all(peer.done for peer in peers) else 1

if __name__ == "__main__":
    sys.exit(main())
