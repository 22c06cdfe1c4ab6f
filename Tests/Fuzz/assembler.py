"""Opcodes by name with the fork that brought them, and an assembler with labels."""
from oracle import ORDER

_TABLE = """
frontier 00 STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND
frontier 10 LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE
petersburg 1b SHL SHR SAR
osaka 1e CLZ
frontier 20 KECCAK256
frontier 30 ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE EXTCODESIZE EXTCODECOPY
byzantium 3d RETURNDATASIZE RETURNDATACOPY
petersburg 3f EXTCODEHASH
frontier 40 BLOCKHASH COINBASE TIMESTAMP NUMBER DIFFICULTY GASLIMIT
istanbul 46 CHAINID SELFBALANCE
london 48 BASEFEE
cancun 49 BLOBHASH BLOBBASEFEE
frontier 50 POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST
cancun 5c TLOAD TSTORE MCOPY
shanghai 5f PUSH0
frontier a0 LOG0 LOG1 LOG2 LOG3 LOG4
frontier f0 CREATE CALL CALLCODE RETURN
homestead f4 DELEGATECALL
petersburg f5 CREATE2
byzantium fa STATICCALL
byzantium fd REVERT
frontier fe INVALID SELFDESTRUCT
"""
OP, SINCE = {}, {}
for _line in _TABLE.split("\n"):
    if _line:
        _fork, _code, *_names = _line.split()
        for _offset, _name in enumerate(_names):
            OP[_name], SINCE[_name] = int(_code, 16) + _offset, ORDER.index(_fork)
for _n in range(1, 33):
    OP[f"PUSH{_n}"], SINCE[f"PUSH{_n}"] = 0x5F + _n, 0
for _n in range(1, 17):
    OP[f"DUP{_n}"], SINCE[f"DUP{_n}"] = 0x7F + _n, 0
    OP[f"SWAP{_n}"], SINCE[f"SWAP{_n}"] = 0x8F + _n, 0


def push(value, width=None):
    """The shortest PUSH of a number, or one of `width` bytes; zero is pushed as one byte, which every fork has."""
    width = width or max(1, (value.bit_length() + 7) // 8)
    return bytes([0x5F + width]) + value.to_bytes(width, "big")


class Code:
    """Bytes with labels: `mark` puts a JUMPDEST there, `at` pushes its position, `data` appends what `data_at` points to."""

    def __init__(self):
        self.parts, self.labels, self.blobs = [], 0, []

    def op(self, *names):
        self.parts.append(bytes(OP[name] for name in names))
        return self

    def raw(self, some):
        self.parts.append(bytes(some))
        return self

    def push(self, value, width=None):
        return self.raw(push(value, width))

    def label(self):
        self.labels += 1
        return self.labels - 1

    def mark(self, label):
        self.parts += [("mark", label), b"\x5b"]
        return self

    def at(self, label):
        self.parts.append(("at", label))
        return self

    def data_at(self, blob):
        """Pushes the position of data that follows the code."""
        self.blobs.append(bytes(blob))
        self.parts.append(("blob", len(self.blobs) - 1))
        return self

    def finish(self):
        places, blob_places, position = {}, [], 0
        for part in self.parts:
            if isinstance(part, bytes):
                position += len(part)
            elif part[0] == "mark":
                places[part[1]] = position
            else:
                position += 3
        for blob in self.blobs:
            blob_places.append(position)
            position += len(blob)
        out = bytearray()
        for part in self.parts:
            if isinstance(part, bytes):
                out += part
            elif part[0] == "at":
                out += push(places.get(part[1], 0) & 0xFFFF, 2)
            elif part[0] == "blob":
                out += push(blob_places[part[1]] & 0xFFFF, 2)
        for blob in self.blobs:
            out += blob
        return bytes(out)
