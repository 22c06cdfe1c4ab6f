"""What the chain itself says: pool states, token balances, receipts. Plain eth_call with eth_abi; shares no code with Martlet."""
from eth_abi import decode, encode
from eth_utils import keccak

MIN_TICK, MAX_TICK = -887272, 887272


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def view(rpc, to: str, signature: str, outputs: list[str], *arguments, block="latest"):
    inner = signature[signature.index("(") + 1 : -1]
    types = inner.split(",") if inner else []
    data = "0x" + (selector(signature) + encode(types, arguments)).hex()
    values = decode(outputs, bytes.fromhex(rpc("eth_call", {"to": to, "data": data}, block)[2:]))
    return values[0] if len(values) == 1 else values


def balance(rpc, token: str, owner: str, block="latest") -> int:
    return view(rpc, token, "balanceOf(address)", ["uint256"], owner, block=block)


def v2_state(rpc, pool: str) -> dict:
    r0, r1, _ = view(rpc, pool, "getReserves()", ["uint112", "uint112", "uint32"])
    return {"reserve0": str(r0), "reserve1": str(r1)}


def v3_state(rpc, pool: str, spacing: int) -> dict:
    slot0 = view(rpc, pool, "slot0()", ["uint160", "int24", "uint16", "uint16", "uint16", "uint8", "bool"])
    ticks = {}
    for word in range((MIN_TICK // spacing) >> 8, ((MAX_TICK // spacing) >> 8) + 1):
        bits = view(rpc, pool, "tickBitmap(int16)", ["uint256"], word) if abs(word) < 2**15 else 0
        for bit in range(256):
            if bits >> bit & 1:
                tick = (word * 256 + bit) * spacing
                row = view(rpc, pool, "ticks(int24)", ["uint128", "int128", "uint256", "uint256", "int56", "uint160", "uint32", "bool"], tick)
                ticks[str(tick)] = [str(row[0]), str(row[1])]
    return {"sqrtPriceX96": str(slot0[0]), "tick": slot0[1], "liquidity": str(view(rpc, pool, "liquidity()", ["uint128"])), "ticks": ticks}


def receipts_to(rpc, executor: str, first: int, last: int) -> list[dict]:
    """Every receipt whose transaction went to `executor` in the blocks first...last."""
    found = []
    for number in range(first, last + 1):
        for receipt in rpc("eth_getBlockReceipts", hex(number)):
            if (receipt["to"] or "").lower() == executor.lower():
                found.append(receipt)
    return found
