"""Random programs: mostly well-formed statements over expressions, some shapes of compilers, some noise."""
from assembler import OP, SINCE, Code, push
from precompiles import precompile_input

WORD = (1 << 256) - 1
BINARY = ["ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE",
          "SHL", "SHR", "SAR", "SIGNEXTEND", "EXP"]
UNARY = ["ISZERO", "NOT", "CLZ"]
TERNARY = ["ADDMOD", "MULMOD"]
ENVIRONMENT = ["ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE", "GASPRICE", "RETURNDATASIZE", "COINBASE",
               "TIMESTAMP", "NUMBER", "DIFFICULTY", "GASLIMIT", "CHAINID", "SELFBALANCE", "BASEFEE", "BLOBBASEFEE", "PC", "MSIZE",
               "GAS", "PUSH0"]
OF_ADDRESS = ["BALANCE", "EXTCODESIZE", "EXTCODEHASH"]


def interesting(r):
    """A number that finds edges: small, around a power of two, negative, or of any width."""
    pick = r.random()
    if pick < 0.4:
        return r.choice([0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 64, 127, 128, 255, 256, 257])
    if pick < 0.6:
        return ((1 << r.choice([8, 16, 31, 32, 63, 64, 65, 127, 128, 129, 160, 191, 192, 254, 255, 256])) + r.randint(-2, 1)) & WORD
    if pick < 0.75:
        return (-r.choice([1, 2, 3, 5, 8, 31, 32, 33, 255, 256, 1 << 64, 1 << 128])) & WORD
    return r.getrandbits(r.choice([8, 16, 32, 64, 96, 128, 160, 192, 224, 256]))


class Writer:
    """Writes one program. `world` names the addresses that it may call and the fork's rank."""

    def __init__(self, r, world, size=None, depth=0):
        self.r, self.world, self.depth, self.code = r, world, depth, Code()
        self.loops, self.height, self.functions = 0, 0, []
        self.size = size or r.choice([3, 6, 10, 16, 30])

    # What the fork has, with a few that it has not.
    def may(self, name):
        return SINCE[name] <= self.world.rank or self.r.random() < 0.004

    def pick(self, names):
        known = [name for name in names if self.may(name)]
        return self.r.choice(known)

    # MARK: Expressions, each of which leaves one word

    def expression(self, depth=0):
        r, c = self.r, self.code
        pick = r.random() + (0.35 if depth > 3 else 0) - (0.15 if depth == 0 else 0)
        if pick < 0.34:
            name = self.pick(BINARY)
            self.expression(depth + 1)
            if name in ("SHL", "SHR", "SAR", "BYTE", "SIGNEXTEND") and r.random() < 0.7:
                c.push(r.choice([0, 1, 4, 8, 31, 30, 32, 64, 128, 224, 255, 256, 257]))
            elif name == "EXP" and r.random() < 0.7:
                c.push(r.choice([0, 1, 2, 3, 255, 256, 257, 65536])).op("SWAP1")
            else:
                self.expression(depth + 1)
            c.op(name)
        elif pick < 0.40:
            self.expression(depth + 1)
            c.op(self.pick(UNARY))
        elif pick < 0.44:
            for _ in range(3):
                self.expression(depth + 1)
            c.op(self.pick(TERNARY))
        elif pick < 0.50:
            c.push(self.slot()).op("SLOAD")
        elif pick < 0.55:
            self.offset()
            c.op("MLOAD")
        elif pick < 0.60:
            c.push(r.choice([0, 4, 32, 36, 68, 100])) if r.random() < 0.9 else self.expression(depth + 1)
            c.op("CALLDATALOAD")
        elif pick < 0.64:
            self.address()
            c.op(self.pick(OF_ADDRESS))
        elif pick < 0.67 and self.may("TLOAD"):
            c.push(self.slot()).op("TLOAD")
        elif pick < 0.69:
            self.range()
            c.op("KECCAK256")
        elif pick < 0.71:
            c.op("NUMBER").push(r.choice([0, 1, 2, 255, 256, 257])).op("SWAP1", "SUB", "BLOCKHASH")
        elif pick < 0.72 and self.may("BLOBHASH"):
            c.push(r.choice([0, 1, 5, 255])).op("BLOBHASH")
        elif pick < 0.83:
            c.op(self.pick(ENVIRONMENT))
        else:
            c.push(interesting(r), 32 if r.random() < 0.05 else None)

    def slot(self):
        return self.r.choice([0, 0, 1, 1, 2, 3, 4, 5, 1 << 128, WORD])

    def offset(self):
        r = self.r
        if r.random() < 0.03:
            self.expression(2)
        elif r.random() < 0.01:
            self.code.push(r.choice([1 << 20, 1 << 32, (1 << 64) - 1, 1 << 64, WORD]))
        else:
            self.code.push(r.choice([0, 0, 1, 31, 32, 33, 64, 96, 128, 200, 256, 1000]))

    def length(self):
        r = self.r
        self.code.push(interesting(r) if r.random() < 0.02 else r.choice([0, 0, 1, 4, 20, 31, 32, 33, 64, 100, 128, 256]))

    def range(self):
        """A length below an offset, the way most instructions want them."""
        self.length()
        self.offset()

    def address(self):
        r, c = self.r, self.code
        if r.random() < 0.05:
            self.expression(2)
        elif r.random() < 0.08:
            c.op("ADDRESS")
        else:
            c.push(int.from_bytes(r.choice(self.world.addresses), "big") | (r.getrandbits(96) << 160 if r.random() < 0.03 else 0))

    # MARK: Statements, which leave the stack as it was

    def statement(self, nesting=0):
        r, c = self.r, self.code
        kinds = [
            (14, self.store), (12, self.memory), (6, self.copy), (10, self.call), (4, self.log), (6, self.shuffle),
            (3, self.precompile), (2, self.create if self.depth < 2 else self.store), (2, self.transient),
            (5, self.branch if nesting < 3 else self.memory), (3, self.loop if nesting < 2 and self.loops < 3 else self.store),
            (3, self.function if nesting < 1 else self.shuffle), (1.2, self.ending), (0.5, self.noise),
            (1.5, self.return_data)]
        choice = r.random() * sum(weight for weight, _ in kinds)
        for weight, kind in kinds:
            choice -= weight
            if choice <= 0:
                break
        if kind in (self.branch, self.loop):
            kind(nesting)
        else:
            kind()

    def store(self):
        self.expression()
        self.code.push(self.slot())
        self.code.op("SSTORE")

    def transient(self):
        if not self.may("TSTORE"):
            return self.memory()
        self.expression()
        self.code.push(self.slot())
        self.code.op("TSTORE")

    def memory(self):
        self.expression()
        self.offset()
        self.code.op(self.r.choice(["MSTORE", "MSTORE", "MSTORE", "MSTORE8"]))

    def copy(self):
        r, c = self.r, self.code
        name = self.pick(["CALLDATACOPY", "CODECOPY", "EXTCODECOPY", "MCOPY"])
        self.length()
        self.offset()
        self.offset()
        if name == "EXTCODECOPY":
            self.address()
        c.op(name)

    def return_data(self):
        r, c = self.r, self.code
        if not self.may("RETURNDATACOPY"):
            return self.memory()
        if r.random() < 0.75:  # all of it, which never fails
            c.op("RETURNDATASIZE").push(0).push(r.choice([0, 32, 64, 100])).op("RETURNDATACOPY")
        else:
            c.push(r.choice([0, 1, 32])).push(r.choice([0, 0, 1, 32])).push(0).op("RETURNDATACOPY")

    def log(self):
        topics = self.r.randint(0, 4)
        for _ in range(topics):
            self.expression(2)
        self.range()
        self.code.op(f"LOG{topics}")

    def shuffle(self):
        """A chain of pushes, DUPs and SWAPs as compilers make them, taken off again or added up."""
        r, c = self.r, self.code
        height = r.randint(1, 17)
        for _ in range(height):
            c.push(interesting(r)) if r.random() < 0.6 else c.op(self.pick(ENVIRONMENT))
        for _ in range(r.randint(0, 12)):
            if r.random() < 0.5 and height < 40:
                c.op(f"DUP{r.randint(1, min(16, height))}")
                height += 1
            elif height > 1:
                c.op(f"SWAP{r.randint(1, min(16, height - 1))}")
        while height > 1:
            c.op(self.pick(BINARY[:18]) if r.random() < 0.6 else "POP")
            height -= 1
        c.push(self.slot()).op("SSTORE") if r.random() < 0.5 else c.op("POP")

    def call(self):
        r, c = self.r, self.code
        name = self.pick(["CALL", "CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"])
        self.range()
        self.range()
        if name in ("CALL", "CALLCODE"):
            pick = r.random()
            if pick < 0.75:
                c.push(0)
            elif pick < 0.95:
                c.push(r.choice([1, 2, 1000]))
            else:
                self.expression(2)
        self.address()
        self.call_gas()
        c.op(name)
        self.outcome()

    def call_gas(self):
        r, c = self.r, self.code
        pick = r.random()
        if pick < 0.55 and self.world.rank >= 2:
            c.op("GAS")
        elif pick < 0.95:
            c.push(r.choice([0, 1, 100, 2300, 5000, 20000, 60000]))
        elif pick < 0.98:
            c.push(r.choice([WORD, 1 << 63, 1 << 64, 1 << 128]))
        else:
            self.expression(2)

    def outcome(self):
        """What to do with the word that a call or creation leaves."""
        r, c = self.r, self.code
        if r.random() < 0.5:
            c.push(self.slot()).op("SSTORE")
        else:
            c.op("POP")
        if r.random() < 0.3:
            self.return_data()

    def precompile(self):
        """Writes an input for a precompiled contract to memory and calls it."""
        r, c = self.r, self.code
        number, data, out = precompile_input(r, self.world.rank)
        base = r.choice([0, 0, 64, 1])
        padded = data + bytes(-len(data) % 32)
        if len(data) <= 64:
            for place in range(0, len(padded), 32):
                c.push(int.from_bytes(padded[place:place + 32], "big")).push(base + place).op("MSTORE")
        else:
            c.push(len(data)).data_at(data).push(base).op("CODECOPY")
        target = r.choice([0, base, 512])
        c.push(out).push(target).push(len(data)).push(base)
        name = self.pick(["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"])
        if name in ("CALL", "CALLCODE"):
            c.push(1 if r.random() < 0.05 else 0)
        c.push(number)
        if self.world.rank >= 2 and r.random() < 0.9:
            c.op("GAS")
        else:
            c.push(r.choice([0, 3000, 50000, 200000]))
        c.op(name)
        self.outcome()
        if r.random() < 0.7:
            c.push(target).op("MLOAD").push(self.slot()).op("SSTORE")

    def create(self):
        r, c = self.r, self.code
        init = creation_code(r, self.world, self.depth + 1)
        c.push(len(init)).data_at(init).push(0).op("CODECOPY")
        name = self.pick(["CREATE", "CREATE2"])
        if name == "CREATE2":
            c.push(r.choice([0, 0, 1, WORD]))
        c.push(len(init)).push(0)
        c.push(r.choice([0, 0, 0, 1, 1000]))
        c.op(name)
        if r.random() < 0.4:  # call what was made
            c.op("DUP1").push(0).push(0).push(0).push(0).push(0).op("SWAP5")
            c.op("GAS") if self.world.rank >= 2 else c.push(20000)
            c.op("CALL", "POP")
        self.outcome()

    def branch(self, nesting):
        r, c = self.r, self.code
        other, end = c.label(), c.label()
        self.expression(1)
        c.at(other).op("JUMPI")
        for _ in range(r.randint(0, 2)):
            self.statement(nesting + 1)
        c.at(end).op("JUMP").mark(other)
        for _ in range(r.randint(0, 2)):
            self.statement(nesting + 1)
        c.mark(end)

    def loop(self, nesting):
        """A counted loop; many run more than 64 times, most of those with small bodies."""
        r, c = self.r, self.code
        self.loops += 1
        start, end = c.label(), c.label()
        small = r.random() < 0.6
        c.push(r.choice([65, 70, 100, 130, 200]) if small else r.choice([1, 2, 3, 5, 8]))
        if r.random() < 0.5:  # counts down, tested at the bottom
            c.mark(start)
            self.loop_body(nesting, small)
            c.push(1).op("SWAP1", "SUB", "DUP1").at(start).op("JUMPI", "POP")
        else:  # counts up to the limit, tested at the top
            c.push(0).mark(start).op("DUP2", "DUP2", "LT", "ISZERO").at(end).op("JUMPI")
            self.loop_body(nesting, small)
            c.push(1).op("ADD").at(start).op("JUMP").mark(end).op("POP", "POP")

    def loop_body(self, nesting, small):
        r, c = self.r, self.code
        if not small:
            for _ in range(r.randint(1, 3)):
                self.statement(nesting + 1)
            return
        for _ in range(r.randint(1, 3)):
            kind = r.random()
            if kind < 0.3:  # adds up in memory
                place = r.choice([0, 32, 64])
                c.push(place).op("MLOAD", "DUP2", self.pick(BINARY[:18])).push(place).op("MSTORE")
            elif kind < 0.5:
                c.op("DUP1")
                for _ in range(r.randint(1, 4)):
                    c.push(interesting(r)).op(self.pick(BINARY[:18]))
                c.op("POP")
            elif kind < 0.6:
                c.op("DUP1").push(3).op("AND", "SLOAD").push(1).op("ADD").push(r.choice([0, 1])).op("SSTORE")
            elif kind < 0.7:
                c.push(32).push(0).op("KECCAK256").push(0).op("MSTORE")
            elif kind < 0.8:
                skip = c.label()
                c.op("DUP1").push(r.choice([1, 3, 7])).op("AND").at(skip).op("JUMPI").push(1).push(96).op("MSTORE").mark(skip)
            elif kind < 0.9:
                self.shuffle()
            else:
                c.push(0).push(0).push(0).push(0)
                self.address()
                c.push(700).op(self.pick(["STATICCALL", "DELEGATECALL"]) if self.world.rank >= 4 else "DELEGATECALL", "POP")

    def function(self):
        """Calls an inner function the way compilers do: return label, arguments, jump."""
        r, c = self.r, self.code
        back, body = c.label(), c.label()
        arguments = r.randint(0, 3)
        c.at(back)
        for _ in range(arguments):
            self.expression(2)
        c.at(body).op("JUMP").mark(back)
        c.push(self.slot()).op("SSTORE")
        self.functions.append((body, arguments, r.random() < 0.3))

    def function_body(self, body, arguments, revisits):
        c = self.code
        c.mark(body)
        if arguments == 0:
            self.expression(2)
        for _ in range(arguments - 1):
            c.op(self.pick(BINARY[:18]))
        for _ in range(self.r.randint(0, 2)):
            self.statement(2)
        c.op("SWAP1", "JUMP")

    def ending(self):
        r, c = self.r, self.code
        pick = r.random()
        if pick < 0.3:
            self.range()
            c.op("RETURN")
        elif pick < 0.5:
            self.range()
            c.op("REVERT") if self.may("REVERT") else c.op("RETURN")
        elif pick < 0.7:
            self.address()
            c.op("SELFDESTRUCT")
        elif pick < 0.8:
            c.op("STOP")
        elif pick < 0.85:
            c.op("INVALID")
        elif pick < 0.95:
            self.expression()
            c.op("JUMP")
        else:
            c.op("POP")

    def noise(self):
        r, c = self.r, self.code
        pick = r.random()
        if pick < 0.3:
            c.raw(r.randbytes(r.randint(1, 8)))
        elif pick < 0.6:
            c.op(r.choice(list(OP)))
        elif pick < 0.8:
            for _ in range(r.randint(1, 20)):
                c.op(f"DUP{r.randint(1, 16)}")
        else:
            c.op("PC", "JUMPDEST", "POP")

    def dispatcher(self):
        """The selector table of a contract: four bytes of calldata against constants, one body each."""
        r, c = self.r, self.code
        c.push(0).op("CALLDATALOAD")
        if self.may("SHR"):
            c.push(224).op("SHR")
        else:
            c.push(1 << 224).op("SWAP1", "DIV")
        bodies = []
        for selector in r.sample(SELECTORS, r.randint(1, 4)):
            label = c.label()
            bodies.append(label)
            c.op("DUP1").push(selector, 4).op("EQ").at(label).op("JUMPI")
        self.statement()
        c.op("STOP")
        for label in bodies:
            c.mark(label)
            for _ in range(r.randint(1, 4)):
                self.statement()
            self.range()
            c.op(r.choice(["RETURN", "STOP"]))

    def program(self):
        r = self.r
        if r.random() < 0.3:
            self.dispatcher()
        else:
            for _ in range(self.size):
                self.statement()
        self.range()
        self.code.op(r.choice(["RETURN", "RETURN", "STOP"]))
        for _ in range(8):
            if not self.functions:
                break
            self.function_body(*self.functions.pop())
        return self.code.finish()


SELECTORS = [0xA9059CBB, 0x70A08231, 0x23B872DD, 0x022C0D9F, 0x00000000, 0xFFFFFFFF]


def program(r, world, depth=0, size=None):
    """One runtime program."""
    pick = r.random()
    if pick < 0.03:
        return r.randbytes(r.randint(0, 60))
    if pick < 0.08:  # opcodes without sense
        names = [name for name in OP if SINCE[name] <= world.rank]
        return b"".join(push(interesting(r)) if r.random() < 0.5 else bytes([OP[r.choice(names)]]) for _ in range(r.randint(5, 80)))
    code = Writer(r, world, size, depth).program()
    if r.random() < 0.02:
        place = r.randrange(len(code))
        code = code[:place] + r.randbytes(1) + code[place + 1:]
    if r.random() < 0.01:
        code = code[:r.randrange(len(code))]
    return code


def creation_code(r, world, depth):
    """Init code: runs a few statements and returns a program, or does something odd."""
    pick = r.random()
    if pick < 0.08:
        return program(r, world, depth, 3)
    if pick < 0.12:
        return push(r.choice([0, 1, 24576, 24577, 49153])) + push(0) + bytes([OP["RETURN"]])
    if pick < 0.15:
        return push(0xEF, 1) + push(0) + bytes([OP["MSTORE8"]]) + push(r.choice([0, 1, 2])) + push(0) + bytes([OP["RETURN"]])
    child = program(r, world, depth, r.choice([1, 2, 4]))
    writer = Writer(r, world, 1, depth)
    for _ in range(r.choice([0, 0, 1, 2])):
        writer.statement(2)
    writer.functions.clear()
    writer.code.push(len(child)).data_at(child).push(0).op("CODECOPY").push(len(child)).push(0).op("RETURN")
    return writer.code.finish()
