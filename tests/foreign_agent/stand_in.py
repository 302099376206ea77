#!/usr/bin/python3
"""Lets the foreign agent stand in for ours in a live run: reads our agent's configuration file and
runs one agent.py an identity. Not part of what PROTOCOL.md must suffice for: configuration files
are the program's affair, not the protocol's.

usage: stand_in.py [--misbehave MODE] CONFIG

Devices behave like MODE; the reference agents of a run stay honest, so that it shows what the mode
does and not what a broken mesh does.
"""
import ctypes
import pathlib
import signal
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import serialization
from google.protobuf import text_format

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
PR_SET_PDEATHSIG = 1


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def load_config(path, folder):
    subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={folder}",
                    "earshot/v1/config.proto", "earshot/v1/wire.proto"], check=True)
    sys.path.insert(0, folder)
    from earshot.v1 import config_pb2
    return text_format.Parse(pathlib.Path(path).read_text(), config_pb2.AgentConfig())


def hexadecimal(key, folder, name):
    path = pathlib.Path(folder) / name
    path.touch(mode=0o600)
    path.write_text(key.hex())
    return str(path)


def arguments(config, identity, mode, folder):
    root = serialization.load_pem_public_key(pathlib.Path(config.root_public_key).read_bytes())
    key = serialization.load_pem_private_key(pathlib.Path(identity.key_file).read_bytes(), None)
    raw = serialization.Encoding.Raw
    root_bytes = root.public_bytes(raw, serialization.PublicFormat.Raw)
    key_bytes = key.private_bytes(raw, serialization.PrivateFormat.Raw,
                                  serialization.NoEncryption())
    found = [sys.executable, "-B", str(HERE / "agent.py"), "--list", config.landmark_list,
             "--root", hexadecimal(root_bytes, folder, "root"),
             "--key", hexadecimal(key_bytes, folder, identity.name),
             "--model", identity.model, "--firmware", identity.firmware_sha256,
             "--boot-count", str(identity.boot_count),
             "--counter-file", identity.counter_file + ".foreign",
             "--local", identity.local_address.split(":")[0],
             "--rounds", "1000", "--timeout", "120"]
    if mode:
        found += ["--misbehave", mode]
    return found


def main():
    die_with_parent()
    path = pathlib.Path(sys.argv[-1])
    misbehaves = sys.argv[1] == "--misbehave" and "reference-agents" not in path.name
    mode = sys.argv[2] if misbehaves else None
    # An exception of a signal handler ends `with`, and so removes the folder and its keys.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(path, folder)
        agents = [subprocess.Popen(arguments(config, identity, mode, folder),
                                   stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
                  for identity in config.identities]
        pathlib.Path(config.ready_file).touch()
        try:
            for agent in agents:
                agent.wait()
        finally:
            for agent in agents:
                agent.kill()
                agent.wait()


if __name__ == "__main__":
    main()
