# Sends what no responder should trip over, then asks as a plain resolver does: from a port of its own.
import json
import random
import socket
import struct
import sys

GROUP = ("224.0.0.251", 5353)
random.seed(7)


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def question(text, kind):
    return struct.pack(">6H", 42, 0, 1, 0, 0, 0) + name(text) + struct.pack(">2H", kind, 1)


def response(text, kind, data):
    record = name(text) + struct.pack(">2HIH", kind, 1, 120, len(data)) + data
    return struct.pack(">6H", 0, 0x8400, 0, 1, 0, 0) + record


def multicast():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
    return made


def flipped(packet):
    copy = bytearray(packet)
    for _ in range(random.randint(1, 4)):
        copy[random.randrange(len(copy))] = random.randrange(256)
    return bytes(copy)[: random.randint(1, len(copy))]


sound = [
    question("_bramble._tcp.local", 12),
    question("bramble.local", 255),
    response("bramble.local", 41, b"\0\1\0\4"),
    response("other.local", 1, b"\x0a\x4d\1\x09"),
]
with multicast() as noisy:
    noisy.bind(("", 5353))
    for _ in range(500):
        noisy.sendto(random.randbytes(random.randint(0, 200)), GROUP)
        noisy.sendto(flipped(random.choice(sound)), GROUP)
    noisy.sendto(struct.pack(">6H", 0, 0, 65535, 65535, 65535, 65535), GROUP)
    noisy.sendto(struct.pack(">6H", 0, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", GROUP)

answers = []
with multicast() as asker:
    asker.settimeout(1)
    # Again and again: a second answer to the same question would come from somewhere else.
    while len(answers) < 20:
        asker.sendto(question("bramble.local", 1), GROUP)
        try:
            answers.append(asker.recv(1500))
        except socket.timeout:
            pass
for answer in answers:
    assert answer[:2] == struct.pack(">H", 42), "another question's answer"
    asked = len(question("bramble.local", 1))
    assert answer[12:asked] == question("bramble.local", 1)[12:], "the question is not repeated"
    at = asked + len(name("bramble.local"))
    kind, cls, ttl, length = struct.unpack(">2HIH", answer[at : at + 10])
    assert (kind, cls, length) == (1, 1, 4), "no plain address"
found = {socket.inet_ntoa(answer[at + 10 : at + 14]) for answer in answers}
print(json.dumps({"addresses": sorted(found), "ttl": ttl}))
