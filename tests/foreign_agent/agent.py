#!/usr/bin/python3
"""A foreign EWP1 agent: written from docs/PROTOCOL.md alone.

It shares no line with the agent of this project: where it interoperates, the document is complete.
One JSON object a line tells what happened; the exit status is 0 when every wanted landmark gave the
wanted number of valid receipts, 1 when one did not, 2 when the agent could not start. --misbehave
makes it the misbehaving twin, which gets no receipt except where noted:
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
import selectors, socket, struct, subprocess, sys, tempfile, time

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.message import DecodeError

HELLO, RETRY, HELLO2, WELCOME, PING, PONG, EVIDENCE, RECEIPT = range(1, 9)
NO_NONCE = bytes(12)
MODES = re.findall("^  ([a-z]+-?[a-z]+)  ", __doc__, re.MULTILINE)
MAX_TRAIN, MAX_PINGS_A_SECOND, MAX_LIFETIME_MS = 8, 10_000, 3_600_000  # what we are willing to do
HELLO_WAITS, EVIDENCE_WAITS, PAUSE_S = (0.25, 0.5, 1, 2, 2, 2), (0.3, 0.6, 1.2, 1.2), 0.05

Landmark = collections.namedtuple("Landmark", "id address key key_id sealing_key")
WELCOME_FIELDS = ">32s32s32s32sHBBHHIIII"
Welcome = collections.namedtuple(
    "Welcome", "h share nonce anchor n train trains gap_us spin_us pps idle_ms lifetime_ms round")
# What arrives and is not valid ends in one of these.
REFUSALS = (ValueError, InvalidSignature, InvalidTag, DecodeError, RuntimeWarning)

def demand(holds, why):
    if not holds:
        raise ValueError(why)

# Primitives
def say(event, **fields): print(json.dumps({"event": event, **fields}), flush=True)
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def mac(key, message): return hmac.digest(key, message, "sha256")
def expand(secret, label): return mac(secret, label + b"\1")  # HKDF-Expand to 32 bytes
def raw(private): return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
def bitmap(indices, n): return sum(1 << i - 1 for i in indices).to_bytes((n + 7) // 8, "little")
def sign(private, label, message): return private.sign(label + b"\0" + message)

def agree(private, public):
    """X25519; the library refuses a result of all zeros, as we must."""
    return private.exchange(x25519.X25519PublicKey.from_public_bytes(public))

def verify(public, signature, label, message):
    key = ed25519.Ed25519PublicKey.from_public_bytes(public)
    key.verify(signature, label + b"\0" + message)

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
    """Parses a message, which must be in the one encoding that this library writes."""
    message = getattr(PB, kind)()
    message.ParseFromString(data)
    message.DiscardUnknownFields()
    demand(message.SerializeToString() == data, f"encoding of {kind}")
    return message

def context(kind):  # AgentReceipt: EWP1 agent receipt v1
    return ("EWP1" + re.sub("([A-Z])", r" \1", kind).lower() + " v1").encode()

def make_blob(private, kind, tbs):
    return PB.SignedBlob(alg=1, key_id=sha256(raw(private)), tbs=tbs,
                         signature=sign(private, context(kind), tbs)).SerializeToString()

def open_blob(data, public, kind):
    """Verifies first, parses afterwards."""
    demand(len(data) <= 1 << 20, "blob too long")
    blob = parse("SignedBlob", data)
    demand(blob.alg == 1 and blob.key_id == sha256(public), f"signer of {kind}")
    verify(public, blob.signature, context(kind), blob.tbs)
    return parse(kind, blob.tbs)

def open_entry(entry, root, epoch):
    """One landmark of the list, when its delegation stands at the list's epoch."""
    given = open_blob(entry.delegation.SerializeToString(), root, "Delegation")
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
    listed = open_blob(data, root, "LandmarkList")
    demand(listed.version >= memory.version and listed.epoch_s >= memory.epoch, "older list")
    demand(listed.expires_s >= listed.epoch_s, "list expired when it was issued")
    demand(len(listed.landmarks) <= 512, "too many entries")
    memory.save(memory.counter, listed.version, listed.epoch_s)
    stand, left_out = {}, {}
    for entry in listed.landmarks:
        try:
            demand(entry.landmark_id not in stand, "second entry of this id")
            stand[entry.landmark_id] = open_entry(entry, root, listed.epoch_s)
        except REFUSALS as why:
            left_out[entry.landmark_id] = repr(why)
    return list(stand.values()), left_out

class Memory:
    """What survives restarts: the session counter and the highest list accepted, in one line that
    is flushed before use. The lock keeps a second process from using a counter twice."""

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

def hello2_packet(hello, cookie, device, counter, es):
    """HELLO2, with the identity that only the landmark can open, and the names of section 8."""
    head, public = header(HELLO2) + hello[32:168] + cookie, raw(device) + struct.pack(">Q", counter)
    t = sha256(head)
    key = expand(mac(t, es), b"EWP1 identity v1")
    signature = sign(device, b"EWP1 hello v1", t + public)
    packet = head + ChaCha20Poly1305(key).encrypt(NO_NONCE, public + signature, head) + bytes(880)
    return dict(T=t, identity_key=key, hello_signature=signature, hello2=packet, H=sha256(packet))

def welcome_root(welcome):
    """R: our leaf folded up the path by the bits of the leaf index."""
    node, index = sha256(b"\0", welcome[:216]), welcome[217]
    for level in range(welcome[216]):
        sibling = welcome[224 + 32 * level:256 + 32 * level]
        node = sha256(b"\1", sibling, node) if index >> level & 1 else sha256(b"\1", node, sibling)
    return node

def open_welcome(packet, hello2, landmark_key):
    """Checks header, transcript hash, path, limits and, last, the signature."""
    demand(len(packet) == 480, "length")
    session, w = packet[8:16], Welcome._make(struct.unpack(WELCOME_FIELDS, packet[32:184]))
    demand(any(session) and packet[:32] == header(WELCOME, session, 0, w.round or 1), "header")
    demand(w.h == sha256(hello2), "transcript hash")
    depth, leaf = packet[216], packet[217]
    demand(depth <= 6 and leaf < 1 << depth, "path")
    demand(not any(packet[184:216] + packet[218:224] + packet[224 + 32 * depth:416]), "zeros")
    demand(1 <= w.n <= 256 and 1 <= w.train <= MAX_TRAIN and 1 <= w.trains <= 2
           and 1 <= w.pps <= MAX_PINGS_A_SECOND and 1 <= w.idle_ms
           and 1 <= w.lifetime_ms <= MAX_LIFETIME_MS, "limits")
    verify(landmark_key, packet[416:], b"EWP1 welcome v1", welcome_root(packet))
    return w

def session_keys(welcome, ee, es, round_):
    """The round key, the a2l key and the l2a key."""
    salt = sha256(welcome[:216])
    return [expand(mac(salt, secret), b"EWP1 " + label + b" v1\0" + struct.pack(">I", round_))
            for label, secret in ((b"round", ee), (b"agent to landmark", ee + es),
                                  (b"landmark to agent", ee + es))]

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
    plain = ChaCha20Poly1305(key).decrypt(NO_NONCE, packet[32:], packet[:32])
    size = int.from_bytes(plain[:2], "big")
    demand(len(packet) == 1200 and size <= 1150 and not any(plain[2 + size:]), "padding")
    return plain[2:2 + size]

# One session after another with one landmark (sections 6 and 7)
class Peer:
    """The agent's state table for one landmark, on a socket of its own."""

    def __init__(self, landmark, options, device, memory):
        self.to, self.options, self.device, self.memory = landmark, options, device, memory
        self.mode, self.socket = options.misbehave, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((options.local, 0))
        self.receipts, self.dropped, self.previous, self.spin_until = 0, 0, b"", 0.0
        self.backoff, self.old_cookie, self.done = 0.25, None, False
        self.rest(0)

    def tell(self, event, **fields): say(event, landmark=self.to.id, **fields)
    def rest(self, pause): self.state, self.timer = "IDLE", time.monotonic() + pause

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
            try:
                self.es = agree(self.ephemeral, self.to.sealing_key)
            except ValueError:
                return self.fail("sealing key")
            suites = b"\2\1" if self.mode == "lower-suite" else b"\1"
            hello = hello_packet(self.to.key_id, raw(self.ephemeral), os.urandom(32), suites)
            self.send_again(hello, "AWAIT_RETRY", HELLO_WAITS)
        elif self.state != "OPEN":
            self.repeat()
        elif self.answered:
            self.close_round()
        else:
            self.fail("lifetime over")

    def set_open_timer(self):
        """EVIDENCE is due at once after index N, when idle, or when the lifetime is over."""
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
        except REFUSALS as why:
            self.dropped += 1
            if handler and kind in (WELCOME, RECEIPT):
                self.tell("welcome" if kind == WELCOME else "receipt", ok=False, reason=repr(why))

    def on_retry(self, packet):
        cookie, hello = packet[32:64], self.packet
        demand(packet == header(RETRY) + cookie + sha256(hello) and len(cookie) == 32, "retry")
        if self.mode == "stale-cookie" and not self.old_cookie:
            self.old_cookie = cookie
            return self.rest(0)
        cookie = self.old_cookie or cookie
        if self.mode == "lower-suite":
            hello = hello[:32] + b"\1".ljust(8, b"\0") + hello[40:]
        self.counter = self.options.fixed_counter or self.memory.next_counter()
        packet = hello2_packet(hello, cookie, self.device, self.counter, self.es)["hello2"]
        if self.mode == "unsealed-identity":
            packet = packet[:200] + os.urandom(120) + packet[320:]
        self.send_again(packet, "AWAIT_WELCOME", HELLO_WAITS)

    def on_welcome(self, packet):
        w = open_welcome(packet, self.packet, self.to.key)
        self.round_key, self.a2l, self.l2a = session_keys(
            packet, agree(self.ephemeral, w.share), self.es, w.round)
        self.w, self.named, self.session, self.answered = w, sha256(packet[:216]), packet[8:16], {}
        self.worn = os.urandom(8) if self.mode == "wrong-session" else self.session
        self.high, self.second, self.state, self.backoff = (0, w.anchor), (0.0, 0), "OPEN", 0.25
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
        demand(len(ping) == 64 and ping[:32] == header(PING, self.session, i, self.w.round), "ping")
        demand(now < self.lifetime_end, "ping after the lifetime")
        began, count = self.second if now < self.second[0] + 1 else (now, 0)
        demand(count < self.w.pps, "pings too fast")
        demand(1 <= i <= self.w.n and i not in self.answered, "ping index")
        (low, x_low), (high, x_high) = sorted([self.high, (i, ping[32:])])
        demand(chain_down(self.session, high, x_high, high - low) == x_low, "ping nonce")
        pong = pong_packet(ping[:8] + self.worn + ping[16:], self.round_key)
        if self.mode == "forge-tag":
            pong = pong[:32] + os.urandom(32)
        self.send(pong)
        if self.mode == "replay-pong":
            for old in pong, *(both[64:] for both in list(self.answered.values())[-2:]):
                self.send(old)
        self.answered[i], self.high = ping + pong, (high, x_high)
        self.second, self.last_answer = (began, count + 1), now
        self.spin_until = now + self.w.spin_us / 1e6
        self.set_open_timer()

    def close_round(self):
        self.tell("pongs", count=len(self.answered))
        if self.mode == "no-evidence":
            return self.fail("keeping the evidence")
        leaves = [both for _, both in sorted(self.answered.items())]
        root = merkle_root(leaves + [bytes(128)] * (self.mode == "wrong-root"))
        self.evidence = make_blob(self.device, "Evidence", PB.Evidence(
            welcome_sha256=self.named, round=self.w.round,
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
        said = open_blob(open_box(self.l2a, packet), self.to.key, "AgentReceipt")
        demand((said.welcome_sha256, said.round) == (self.named, self.w.round), "other session")
        demand(said.evidence_sha256 == sha256(self.evidence), "other evidence")
        demand(len(said.samples_commitment) == 32 and not said.next_anchor, "commitment")
        self.receipts += 1
        self.done = self.receipts >= self.options.rounds
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
        for peer in [p for p in busy if not p.done and p.timer <= time.monotonic()]:
            peer.on_timer()

# The test vectors (section 8)
def verify_vectors(text):
    """Derives every value anew from the inputs; names each that differs or is missing."""
    given, name = {}, ""  # lines are `name = hex`, or more hex of the same name
    for line in text.split("```vectors\n")[1].split("```")[0].splitlines():
        name, line = line.split(" = ") if " = " in line else (name, line)
        given[name] = given.get(name, b"") + bytes.fromhex(line)
    inputs = [n for n in given if n.endswith("_private")] + (
        "agent_nonce landmark_nonce session_id session_counter x_10 position_record "
        "commitment_salt sample_list").split()
    v = {name: given[name] for name in inputs}
    signers = {who: ed25519.Ed25519PrivateKey.from_private_bytes(v[who + "_private"])
               for who in ("root", "landmark", "device")}
    shares = {who: x25519.X25519PrivateKey.from_private_bytes(v[who + "_private"])
              for who in ("landmark_sealing", "agent_ephemeral", "landmark_ephemeral")}
    v |= {who + "_public": raw(key) for who, key in (signers | shares).items()}
    (root, landmark, device), (sealing, agent, other) = signers.values(), shares.values()
    v |= dict(landmark_key_id=sha256(raw(landmark)), device_id=sha256(raw(device)))

    def signed(key, message, name, tbs_name, **fields):
        """Signs a message of the page again, the derived fields put in anew."""
        message.MergeFrom(type(message)(**fields))
        v[tbs_name] = message.SerializeToString()
        v[name] = make_blob(key, type(message).__name__, v[tbs_name])

    signed(root, parse("Delegation", given["delegation_tbs"]), "delegation", "delegation_tbs",
           public_key=raw(landmark), position_record_sha256=sha256(v["position_record"]))
    listed = parse("LandmarkList", given["landmark_list_tbs"])
    listed.landmarks[0].MergeFrom(PB.LandmarkEntry(
        sealing_key=raw(sealing), delegation=PB.SignedBlob.FromString(v["delegation"])))
    signed(root, listed, "landmark_list", "landmark_list_tbs", epoch_s=1767225600)  # 2026-01-01
    hello = v["hello"] = hello_packet(v["landmark_key_id"], raw(agent), v["agent_nonce"])
    cookie, session = given["retry"][32:64], v["session_id"]
    counter = int.from_bytes(v["session_counter"], "big")
    v |= dict(retry=header(RETRY) + cookie + sha256(hello), ee=agree(agent, raw(other)))
    v |= dict(es=agree(agent, raw(sealing)))
    v |= hello2_packet(hello, cookie, device, counter, v["es"])
    for i in range(10, 0, -1):
        v[f"x_{i - 1}"] = chain_down(session, i, v[f"x_{i}"], 1)
    body = header(WELCOME, session, 0, 1) + struct.pack(
        WELCOME_FIELDS, v["H"], raw(other), v["landmark_nonce"], v["x_0"], 10, 5, 2, 200, 2000, 500,
        500, 60000, 1) + bytes(32)
    path = b"\2\1" + bytes(6) + given["welcome_in_batch_of_3"][224:288] + bytes(128)
    for name, tail in (("welcome", bytes(200)), ("welcome_in_batch_of_3", path)):
        v[name] = body + tail + sign(landmark, b"EWP1 welcome v1", welcome_root(body + tail))
        open_welcome(v[name], v["hello2"], raw(landmark))
    v["salt"], keys = sha256(body), session_keys(body, v["ee"], v["es"], 1)
    v |= zip(("round_key", "a2l_key", "l2a_key"), keys)
    v |= {f"ping_{i}": header(PING, session, i, 1) + v[f"x_{i}"] for i in range(1, 11)}
    heard = [i for i in range(1, 11) if i != 4]
    v |= {f"pong_{i}": pong_packet(v[f"ping_{i}"], keys[0]) for i in heard}
    root_of_round = merkle_root([v[f"ping_{i}"] + v[f"pong_{i}"] for i in heard])
    v |= dict(answered=bitmap(heard, 10), merkle_root=root_of_round)
    signed(device, parse("Evidence", given["evidence_tbs"]), "evidence_blob", "evidence_tbs",
           welcome_sha256=sha256(body), round=1, answered=v["answered"], merkle_root=root_of_round,
           session_counter=counter, claims=dict(firmware_sha256=sha256(b"firmware 1.0")))
    proof = sha256(v["evidence_blob"])
    signed(landmark, PB.AgentReceipt(), "agent_receipt_blob", "agent_receipt_tbs",
           welcome_sha256=sha256(body), round=1, evidence_sha256=proof,
           samples_commitment=sha256(v["commitment_salt"], v["sample_list"]))
    v["evidence"] = seal_box(keys[1], header(EVIDENCE, session, 0, 1), v["evidence_blob"])
    v["receipt"] = seal_box(keys[2], header(RECEIPT, session, 0, 1), v["agent_receipt_blob"])
    receipt = open_blob(given["verifier_receipt_blob"], raw(landmark), "Receipt")
    del receipt.samples[:]
    signed(landmark, receipt, "verifier_receipt_blob", "", hello2=v["hello2"], welcome=v["welcome"],
           device_key=raw(device), session_counter=counter, hello_signature=v["hello_signature"],
           round=1, ephemeral_private_key=v["landmark_ephemeral_private"], chain_head=v["x_10"],
           pings_sent=10, samples=parse("SampleList", v["sample_list"]).samples,
           merkle_root=root_of_round, evidence_sha256=proof, commitment_salt=v["commitment_salt"])
    del v[""]  # its signed bytes have no name on the page
    wrong = sorted(name for name in v.keys() | given.keys() if v.get(name) != given.get(name))
    say("vectors", derived=len(v) - len(inputs), inputs=len(inputs), wrong=wrong)
    return 1 if wrong else 0

def main():
    parser = argparse.ArgumentParser(description="A foreign EWP1 agent.")
    for name, default in dict(list="", root="", key="", model="", firmware="", boot_count=0,
                              counter_file="", local="127.0.0.1", rounds=1, timeout=30.0,
                              proto_dir="", verify_vectors="").items():
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
        demand(wanted and len(wanted) >= len(options.landmark or ()), "not all are in the list")
        options.fixed_counter = options.misbehave == "reuse-counter" and memory.next_counter()
        peers = [Peer(one, options, device, memory) for one in wanted]
    except (*REFUSALS, OSError) as why:
        say("refused", reason=repr(why))
        return 2
    run(peers, options.timeout)
    say("end", receipts={peer.to.id: peer.receipts for peer in peers})
    return 0 if all(peer.done for peer in peers) else 1

if __name__ == "__main__":
    sys.exit(main())
