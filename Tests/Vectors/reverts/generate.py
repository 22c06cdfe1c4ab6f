"""Revert data by eth-abi: one line a case, `kind data expected...`, all bytes in hex."""
import random
from eth_abi import encode, decode
from eth_utils import keccak

random.seed(20)
ERROR = keccak(b"Error(string)")[:4]
PANIC = keccak(b"Panic(uint256)")[:4]
TEXTS = ["", "a", "UniswapV2: K", "Too little received", "x" * 31, "x" * 32, "x" * 33, "q" * 1000, "Grüße", "額が足りない",
         "line\nbreak", 'quote " and \\', "\u202eevil"]
out = open("reverts.txt", "w")


def hexed(data):
    return data.hex() or "-"


for text in TEXTS:
    data = ERROR + encode(["string"], [text])
    print("error", hexed(data), hexed(text.encode()), file=out)
    print("error", hexed(data + bytes(random.randrange(70))), hexed(text.encode()), file=out)
for code in [0, 1, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32, 0x41, 0x51, 2, 255, 2**64, 2**256 - 1]:
    print("panic", hexed(PANIC + encode(["uint256"], [code])), code, file=out)
for name, types, values in [
    ("Unauthorized()", [], []),
    ("InsufficientBalance(uint256,uint256)", ["uint256", "uint256"], [5, 7]),
    ("Named(string)", ["string"], ["no"]),
    ("SafeCastOverflowedUintDowncast(uint8,uint256)", ["uint8", "uint256"], [128, 2**200]),
]:
    selector = keccak(name.encode())[:4]
    arguments = encode(types, values)
    print("custom", hexed(selector + arguments), selector.hex(), hexed(arguments), file=out)
for bad in [b"\x08", ERROR[:3], ERROR, PANIC, PANIC + bytes(31), ERROR + bytes(31), ERROR + bytes(32),
            ERROR + encode(["uint256", "uint256"], [32, 1]), ERROR + encode(["uint256", "uint256"], [32, 2**256 - 1]),
            ERROR + encode(["uint256", "uint256"], [2**256 - 1, 1]), ERROR + encode(["uint256", "uint256"], [2**63, 1]),
            ERROR + encode(["bytes"], [b"\xff\xfe"]), ERROR + encode(["bytes"], [b"abc\x80"])]:
    try:
        if len(bad) >= 4:
            decode(["string"] if bad[:4] == ERROR else ["uint256"], bad[4:])
            kind = "error"
        else:
            kind = "malformed"
    except Exception:
        # eth-abi refuses an offset that points at itself; contracts read an empty text there, and so do we.
        kind = "error" if bad == ERROR + bytes(32) else "malformed"
    print(kind, hexed(bad), *(["-"] if kind == "error" else []), file=out)
out.close()
