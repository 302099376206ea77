"""The foreign agent against a small landmark, both written from docs/PROTOCOL.md alone.

Everything runs on loopback with ports of the kernel's choosing and ends by itself. The landmark
here measures nothing; it plays the landmark's part of the document strictly, mixes hostile packets
into it, and counts what the agent makes of them."""
import contextlib
import io
import json
import os
import pathlib
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import agent as ewp

HERE = pathlib.Path(__file__).resolve().parent
N, TRAIN, LIMIT_S = 12, 4, 60
EPOCH = 1_700_000_000


def flipped(packet, at):
    return packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1:]


class Session:
    """One session of the landmark with one device."""

    def __init__(self, address, hello2, device, counter):
        self.address, self.hello2, self.device, self.counter = address, hello2, device, counter
        self.id, self.open, self.train, self.next_train = os.urandom(8), True, 0, 0.0
        self.sent, self.samples, self.evidence, self.receipt = {}, set(), b"", b""
        self.welcomes = self.repeats = 0


class Landmark:
    """The landmark's state table, for as many devices as come."""

    def __init__(self, name, terms=(N, TRAIN, 1, 200, 500, 500, 150, 20_000)):
        """Terms: N, train, trains, gap, spin, pings a second, evidence idle, lifetime."""
        self.terms = terms
        self.name, self.key = name, ed25519.Ed25519PrivateKey.generate()
        self.sealing = x25519.X25519PrivateKey.generate()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.secret, self.sessions, self.highest, self.last = os.urandom(32), {}, {}, {}
        self.accepted, self.refused, self.answered_bogus = {}, {}, 0
        self.helloed, self.offers = set(), set()

    def entry(self, root, subject=None, until=600_000, role=1):
        tbs = ewp.PB.Delegation(role=role,
                                subject=subject or self.name, public_key=ewp.raw(self.key),
                                position_record_sha256=bytes(32), not_before_s=EPOCH - 60,
                                not_after_s=EPOCH - 60 + until).SerializeToString()
        blob = ewp.PB.SignedBlob()
        blob.ParseFromString(ewp.make_blob(root, "Delegation", tbs))
        return ewp.PB.LandmarkEntry(
            landmark_id=self.name, endpoint="127.0.0.1:%d" % self.socket.getsockname()[1],
            sealing_key=ewp.raw(self.sealing), delegation=blob)

    def send(self, packet, address):
        self.socket.sendto(packet, address)

    def handle(self, packet, address):
        kind = packet[5] if len(packet) >= 32 else 0
        {ewp.HELLO: self.hello, ewp.HELLO2: self.hello2, ewp.PONG: self.pong,
         ewp.EVIDENCE: self.evidence}[kind](packet, address)

    def cookie(self, address, hello):
        return ewp.mac(self.secret, repr(address).encode() + ewp.sha256(hello))

    def hello(self, packet, address):
        offer = packet[32:40].partition(b"\0")[0]
        if (len(packet) != 1200 or packet[:32] != ewp.header(ewp.HELLO) or any(packet[136:])
                or packet[40:72] != ewp.sha256(ewp.raw(self.key)) or 1 not in offer
                or any(packet[32 + len(offer):40])):
            return
        if address not in self.helloed:  # the first one is lost: it must come again, unchanged
            self.helloed.add(address)
            self.offers.add(packet)
            return
        self.offers.discard(packet)
        retry = ewp.header(ewp.RETRY) + self.cookie(address, packet) + ewp.sha256(packet)
        self.send(flipped(retry, 64), address)
        self.send(retry + b"\0", address)
        self.send(retry, address)

    def hello2(self, packet, address):
        if len(packet) != 1200 or packet[:32] != ewp.header(ewp.HELLO2) or any(packet[320:]):
            return
        hello = (ewp.header(ewp.HELLO) + packet[32:168]).ljust(1200, b"\0")
        if packet[168:200] != self.cookie(address, hello):
            return
        for known in self.sessions.values():
            if known.hello2 == packet:
                known.welcomes += 1
                if known.welcomes <= 3:
                    self.send(known.welcome, address)
                return
        t, share = ewp.sha256(packet[:200]), packet[72:104]
        key = ewp.expand(ewp.mac(t, ewp.agree(self.sealing, share)), b"EWP1 identity v1")
        try:
            plain = ChaCha20Poly1305(key).decrypt(ewp.NO_NONCE, packet[200:320], packet[:200])
        except ewp.InvalidTag:
            return
        device, counter = plain[:32], int.from_bytes(plain[32:40], "big")
        ewp.verify(device, plain[40:], b"EWP1 hello v1", t + plain[:40])
        if counter <= self.highest.get(device, 0):
            return
        self.highest[device] = counter
        self.open_session(Session(address, packet, device, counter), share)

    def open_session(self, s, share):
        """A WELCOME whose leaf is the third of four."""
        last, ephemeral = self.terms[0], x25519.X25519PrivateKey.generate()
        s.chain = {last: os.urandom(32)}
        for i in range(last, 0, -1):
            s.chain[i - 1] = ewp.sha256(b"EWP1 chain v1\0" + s.id + struct.pack(">I", i)
                                        + s.chain[i])
        body = ewp.header(ewp.WELCOME, s.id, 0, 1) + ewp.sha256(s.hello2) + ewp.raw(ephemeral)
        body += os.urandom(32) + s.chain[0]
        body += struct.pack(">HBBHHIIII", *self.terms, 1) + bytes(32)
        right, left = os.urandom(32), os.urandom(32)
        root = ewp.sha256(b"\1" + left + ewp.sha256(b"\1" + ewp.sha256(b"\0" + body) + right))
        s.welcome = body + bytes([2, 2]) + bytes(6) + right + left + bytes(128)
        s.welcome += ewp.sign(self.key, b"EWP1 welcome v1", root)
        s.round_key, s.a2l, s.l2a = ewp.session_keys(
            s.welcome, ewp.agree(ephemeral, share), ewp.agree(self.sealing, share), 1)
        self.sessions[s.id] = s
        for at in (7, 12, 40, 163, 230, 250, 300, 479):
            self.send(flipped(s.welcome, at), s.address)
        self.send(s.welcome, s.address)
        s.next_train = time.monotonic() + 0.02

    def ping_train(self, s):
        """A train in the wrong order among pings that deserve silence; the last index stays out
        in every other session, so that both ends of a round are exercised."""
        first = s.train * TRAIN + 1
        s.train, s.next_train = s.train + 1, time.monotonic() + 0.03
        order = [first + 1, first, first + 2, first + 3]
        for i in order:
            if i == N and s.counter % 2:
                continue
            ping = ewp.header(ewp.PING, s.id, i, 1) + s.chain[i]
            for bogus in (flipped(ping, 63), flipped(ping, 9), flipped(ping, 23), flipped(ping, 7),
                          flipped(ping, 31), ping + b"\0", ping[:63],
                          ewp.header(ewp.PING, s.id, 0, 1) + s.chain[0],
                          ewp.header(ewp.PING, s.id, N + 1, 1) + os.urandom(32)):
                self.send(bogus, s.address)
            s.sent[i] = ping
            self.send(ping, s.address)
            self.send(ping, s.address)  # the network may double a datagram: one answer all the same

    def pong(self, packet, address):
        s = self.sessions.get(packet[8:16])
        i = int.from_bytes(packet[16:20], "big")
        if not s or not s.open or s.address != address:
            return
        good = (i in s.sent and i not in s.samples
                and packet == ewp.pong_packet(s.sent[i], s.round_key))
        if good:
            s.samples.add(i)
        else:
            self.refused[s.device] = self.refused.get(s.device, 0) + 1

    def evidence(self, packet, address):
        s = self.sessions.get(packet[8:16])
        if (not s or s.address != address or len(packet) != 1200
                or packet[:32] != ewp.header(ewp.EVIDENCE, s.id, 0, 1)):
            return
        if s.receipt:
            s.repeats += 1
            if packet == s.evidence and s.repeats <= 3:
                self.send(s.receipt, address)
            return
        blob = ewp.open_box(s.a2l, packet)
        said = ewp.open_blob(blob, s.device, "Evidence")
        indices = [i for i in range(1, N + 1) if said.answered[(i - 1) // 8] >> (i - 1) % 8 & 1]
        pair = [s.sent[i] + ewp.pong_packet(s.sent[i], s.round_key) for i in indices if i in s.sent]
        if (len(pair) != len(indices) or not s.samples <= set(indices)
                or said.merkle_root != ewp.merkle_root(pair)
                or said.welcome_sha256 != ewp.sha256(s.welcome[:216]) or said.round != 1
                or said.session_counter != s.counter or said.claims.model != "foreign"
                or said.previous_evidence_sha256 != self.last.get(s.device, b"")):
            return
        self.last[s.device], s.evidence = ewp.sha256(blob), packet
        tbs = ewp.PB.AgentReceipt(welcome_sha256=ewp.sha256(s.welcome[:216]), round=1,
                                  evidence_sha256=ewp.sha256(blob),
                                  samples_commitment=os.urandom(32)).SerializeToString()
        s.receipt = ewp.seal_box(s.l2a, ewp.header(ewp.RECEIPT, s.id, 0, 1),
                                 ewp.make_blob(self.key, "AgentReceipt", tbs))
        self.accepted.setdefault(s.device, []).append(len(s.samples))
        self.send(flipped(s.receipt, 700), address)  # and the good one is lost: EVIDENCE repeats

    def tick(self):
        for s in self.sessions.values():
            if s.open and s.train < N // TRAIN and time.monotonic() >= s.next_train:
                self.ping_train(s)


class Scene:
    """A root, landmarks, and agents as processes of their own."""

    def __init__(self, test, names):
        place = tempfile.TemporaryDirectory()
        test.addCleanup(place.cleanup)
        self.place, self.root = pathlib.Path(place.name), ed25519.Ed25519PrivateKey.generate()
        self.landmarks = [Landmark(*name) if isinstance(name, tuple) else Landmark(name)
                          for name in names]
        for landmark in self.landmarks:
            test.addCleanup(landmark.socket.close)
        (self.place / "root").write_text(ewp.raw(self.root).hex() + "\n")
        self.write_list([landmark.entry(self.root) for landmark in self.landmarks])

    def write_list(self, entries, version=3, epoch=EPOCH, tail=b""):
        tbs = ewp.PB.LandmarkList(version=version, epoch_s=epoch, expires_s=EPOCH + 9,
                                  landmarks=entries).SerializeToString() + tail
        (self.place / "list").write_bytes(
            ewp.make_blob(self.root, "LandmarkList", tbs))

    def start(self, name, *options):
        """Starts an agent with a device key of its own; gives the process and the public key."""
        seed = os.urandom(32)
        key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        (self.place / name).write_text(seed.hex())
        command = [sys.executable, HERE / "agent.py", "--list", self.place / "list", "--root",
                   self.place / "root", "--key", self.place / name, "--counter-file",
                   self.place / (name + ".counter"), "--model", "foreign", "--firmware", "ab" * 32,
                   "--boot-count", "7", "--proto-dir", PROTO.name, *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True), ewp.raw(key)

    def play(self, agents):
        """Plays the landmarks until every agent has ended; gives their events."""
        chosen, end = selectors.DefaultSelector(), time.monotonic() + LIMIT_S
        for landmark in self.landmarks:
            chosen.register(landmark.socket, selectors.EVENT_READ, landmark)
        while any(agent.poll() is None for agent in agents):
            if time.monotonic() > end:
                for agent in agents:
                    agent.kill()
                raise AssertionError("an agent did not end by itself")
            for ready, _ in chosen.select(0.01):
                try:
                    ready.data.handle(*ready.fileobj.recvfrom(2048))
                except (*ewp.REFUSALS, KeyError):
                    pass
            for landmark in self.landmarks:
                landmark.tick()
        return [[json.loads(line) for line in agent.communicate()[0].splitlines()]
                for agent in agents]


class ForeignAgent(unittest.TestCase):
    def test_vectors_of_the_page_hold_and_a_changed_one_is_named(self):
        page = (HERE.parents[1] / "docs/PROTOCOL.md").read_text()
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(ewp.verify_vectors(page), 0)
            value = page.split("\nround_key = ")[1][:64]
            self.assertEqual(ewp.verify_vectors(page.replace(value, "00" * 32)), 1)
        self.assertIn('"wrong": ["round_key"]', out.getvalue())

    def test_vectors_of_a_resumed_session_follow_from_the_page(self):
        """This agent does not resume; that the page suffices for one that does is shown here."""
        page = (HERE.parents[1] / "docs/PROTOCOL.md").read_text()

        def block(fence):
            values, name = {}, ""
            for line in page.split(fence)[1].split("```")[0].splitlines():
                name, line = line.split(" = ") if " = " in line else (name, line)
                values[name] = values.get(name, b"") + bytes.fromhex(line)
            return values
        one, two = block("```vectors\n"), block("```resumption-vectors\n")
        session, welcome = one["session_id"], two["welcome"]
        self.assertEqual(one["hello"][136:168], bytes(32))  # what an agent that does not offer sends
        self.assertEqual(two["hello"], one["hello"][:136] + b"\1" + one["hello"][137:])
        self.assertEqual(welcome[32:64], ewp.sha256(two["hello2"]))
        self.assertEqual(two["salt"], ewp.sha256(welcome[:184]))
        timed, sealed = (ewp.mac(two["salt"], secret)
                         for secret in (one["ee"], one["ee"] + one["es"]))
        for number in (1, 2):
            info = b"\0" + struct.pack(">I", number)
            key = ewp.expand(timed, b"EWP1 round v1" + info)
            self.assertEqual(two["round_key_%d" % number], key)
            self.assertEqual(two["commitment_%d" % number],
                             ewp.mac(key, b"EWP1 round commitment v1"))
            for label, name in ((b"EWP1 agent to landmark v1", "a2l_key_%d"),
                                (b"EWP1 landmark to agent v1", "l2a_key_%d")):
                self.assertEqual(two[name % number], ewp.expand(sealed, label + info))
            ping = two["ping_1_of_round_%d" % number]
            self.assertEqual(two["pong_1_of_round_%d" % number], ewp.pong_packet(ping, key))
        self.assertEqual(welcome[184:216], two["commitment_1"])
        first = ewp.chain_down(session, 10, two["x_10_of_round_2"], 9)
        self.assertEqual(two["ping_1_of_round_2"], ewp.header(ewp.PING, session, 1, 2) + first)
        self.assertEqual(two["x_0_of_round_2"], ewp.chain_down(session, 1, first, 1))
        opening = ewp.parse("AgentReceipt", two["agent_receipt_tbs_1"])
        self.assertEqual((opening.next_anchor, opening.next_commitment),
                         (two["x_0_of_round_2"], two["commitment_2"]))
        self.assertEqual(two["opening_sha256_2"], ewp.sha256(two["agent_receipt_tbs_1"]))
        evidence = ewp.open_blob(two["evidence_blob_2"], one["device_public"], "Evidence")
        self.assertEqual((evidence.round, evidence.opening_sha256), (2, two["opening_sha256_2"]))
        receipt = ewp.open_blob(two["verifier_receipt_blob_2"], one["landmark_public"], "Receipt")
        self.assertEqual((receipt.round, receipt.round_key, receipt.ephemeral_private_key,
                          receipt.chain_head),
                         (2, two["round_key_2"], b"", two["x_10_of_round_2"]))
        self.assertEqual(ewp.open_blob(receipt.opening, one["landmark_public"], "AgentReceipt"),
                         opening)

    def test_honest_agent_gets_every_receipt_from_two_landmarks(self):
        scene = Scene(self, ["here", "there"])
        agent, device = scene.start("d", "--rounds", "2", "--timeout", "20")
        events, = scene.play([agent])
        self.assertEqual(agent.returncode, 0, events)
        for landmark in scene.landmarks:
            self.assertEqual([count in (N, N - 1) for count in landmark.accepted[device]],
                             [True, True])
            self.assertNotIn(device, landmark.refused)  # not one answer to a bogus or doubled ping
            self.assertFalse(landmark.offers)           # the lost HELLO came again unchanged
        self.assertEqual(int((scene.place / "d.counter").read_text().split()[0]), 4)
        bad = {e["reason"] for e in events if e["event"] == "welcome" and not e["ok"]}
        self.assertEqual(bad, {
            "ValueError('header')", "ValueError('transcript hash')", "ValueError('limits')",
            "ValueError('zeros')", "InvalidSignature()"})
        self.assertIn("InvalidTag()", {e.get("reason") for e in events if e["event"] == "receipt"})

    def test_terms_of_the_session_are_kept_and_bad_terms_refused(self):
        scene = Scene(self, [("slow", (N, TRAIN, 1, 200, 500, 5, 150, 20_000)),
                             ("brief", (N + 4, TRAIN, 1, 200, 500, 500, 60_000, 400)),
                             ("long", (N, 9, 1, 200, 500, 500, 150, 20_000)),
                             ("still", (N, TRAIN, 1, 200, 500, 500, 0, 20_000))])
        agent, device = scene.start("d", "--landmark", "slow", "--timeout", "5")
        scene.play([agent])
        slow, brief, long, still = scene.landmarks
        self.assertEqual(slow.accepted[device], [5])  # pings a second
        agent, device = scene.start("e", "--timeout", "3")
        scene.play([agent])
        self.assertEqual(agent.returncode, 1)
        self.assertEqual(len(brief.accepted[device]), 1)  # EVIDENCE when the lifetime is over
        for landmark in (long, still):
            self.assertTrue(landmark.sessions)
            self.assertFalse(landmark.accepted)

    def test_misbehaving_twins_get_no_receipt(self):
        scene = Scene(self, ["here"])
        agents = {mode: scene.start(mode, "--misbehave", mode, "--rounds", "2", "--timeout", "6")
                  for mode in ewp.MODES}
        scene.play([agent for agent, _ in agents.values()])
        here = scene.landmarks[0]
        receipts = {mode: len(here.accepted.get(device, ()))
                    for mode, (_, device) in agents.items()}
        expected = dict.fromkeys(ewp.MODES, 0) | {"replay-pong": 2, "reuse-counter": 1}
        self.assertEqual(receipts, expected)
        for mode, (agent, device) in agents.items():
            self.assertEqual(agent.returncode, 0 if mode == "replay-pong" else 1, mode)
            if mode in ("forge-tag", "replay-pong", "answer-early", "oversize"):
                self.assertGreater(here.refused.get(device, 0), 0, mode)

    def test_list_is_judged_by_its_epoch_and_never_goes_back(self):
        scene = Scene(self, ["a", "b", "c", "d"])
        a, b, c, d = scene.landmarks
        scene.write_list([a.entry(scene.root, subject="b"),
                          b.entry(scene.root, until=604_801),
                          c.entry(scene.root, role=ewp.PB.ROLE_VERDICT),
                          d.entry(ed25519.Ed25519PrivateKey.generate())])
        memory = ewp.Memory(scene.place / "memory")
        self.addCleanup(os.close, memory.file)
        read, root = (scene.place / "list").read_bytes, ewp.raw(scene.root)
        stand, left_out = ewp.open_list(read(), root, memory)
        self.assertEqual((stand, set(left_out)), ([], {"a", "b", "c", "d"}))
        for change in ({"version": 2}, {"epoch": EPOCH - 1}, {"epoch": EPOCH + 10},
                       {"tail": b"\x78\x01"}, {"tail": b"\x08\x03"}):
            scene.write_list([a.entry(scene.root)], **change)
            with self.assertRaises(ewp.REFUSALS, msg=change):
                ewp.open_list(read(), root, memory)
        scene.write_list([a.entry(scene.root)])
        self.assertEqual([one.id for one in ewp.open_list(read(), root, memory)[0]], ["a"])
        for wrong in (flipped(read(), 60), read() + b"\0", read()[:-1]):
            with self.assertRaises(ewp.REFUSALS), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the library, about trailing bytes
                ewp.open_list(wrong, root, memory)


def setUpModule():
    global PROTO
    PROTO = tempfile.TemporaryDirectory()
    schemas = HERE.parents[1] / "proto"
    subprocess.run(["protoc", "-I", schemas, "--python_out=" + PROTO.name,
                    schemas / "earshot/v1/wire.proto"], check=True)
    ewp.load_wire(PROTO.name)


def tearDownModule():
    PROTO.cleanup()


if __name__ == "__main__":
    unittest.main()
