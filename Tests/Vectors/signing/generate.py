"""Writes vectors.json: what a searcher signs besides transactions, by eth-account and eth-abi. See SOURCE.md."""
import json
import pathlib
import random

from eth_abi import encode
from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_defunct, encode_typed_data
from eth_utils import keccak, to_checksum_address

rng = random.Random(20261121)
KEY = bytes([0x46]) * 32
SAFE_TYPES = ["address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "uint256"]
SAFE_NAMES = ["to", "value", "data", "operation", "safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "nonce"]


def text(content: bytes) -> str:
    return "0x" + bytes(content).hex()


def address() -> str:
    return to_checksum_address(rng.randbytes(20))


def number(bits: int) -> int:
    return rng.choice([0, 1, 2**bits - 1, rng.getrandbits(bits), rng.getrandbits(bits // 2)])


def signed(message, key=KEY) -> dict:
    return {"digest": text(_hash_eip191_message(message)), "signature": text(Account.sign_message(message, key).signature)}


def flashbots(case):
    """X-Flashbots-Signature: a personal message of the text of the body's hash."""
    body = json.dumps({"jsonrpc": "2.0", "id": case, "method": "eth_sendBundle",
                       "params": [{"txs": [text(rng.randbytes(rng.randint(0, 200)))], "blockNumber": hex(rng.getrandbits(40))}]})
    made = signed(encode_defunct(text=text(keccak(text=body))))
    return {"body": body, "header": f"{Account.from_key(KEY).address}:{made['signature']}", **made}


def timeboost(case):
    """An express-lane submission: nitro's ToMessageBytes, as a personal message."""
    chain, auction, turn, sequence, raw = number(64), address(), number(64), number(64), rng.randbytes(rng.randint(1, 300))
    content = (keccak(text="TIMEBOOST_BID") + chain.to_bytes(32, "big") + bytes.fromhex(auction[2:]) + turn.to_bytes(8, "big")
               + sequence.to_bytes(8, "big") + raw)
    return {"chainId": hex(chain), "auction": auction, "round": hex(turn), "sequence": hex(sequence), "transaction": text(raw),
            **signed(encode_defunct(content))}


def bid(case):
    """A bid for an express lane: EIP-712."""
    chain, auction, controller, turn, amount = number(64), address(), address(), number(64), number(256)
    types = {"Bid": [{"name": "round", "type": "uint64"}, {"name": "expressLaneController", "type": "address"}, {"name": "amount", "type": "uint256"}]}
    domain = {"name": "ExpressLaneAuction", "version": "1", "chainId": chain, "verifyingContract": auction}
    document = {"types": types, "primaryType": "Bid", "domain": domain,
                "message": {"round": turn, "expressLaneController": controller, "amount": str(amount)}}
    whole = json.loads(json.dumps(document))
    whole["message"]["amount"] = amount
    return {"document": document, **signed(encode_typed_data(full_message=whole))}


def authorization(case):
    """EIP-7702, by eth-account."""
    chain, delegate, nonce = rng.choice([0, 1, 10, number(64)]), address(), number(63)
    made = Account.sign_authorization({"chainId": chain, "address": delegate, "nonce": nonce}, KEY)
    return {"chainId": hex(chain), "address": delegate, "nonce": hex(nonce), "digest": text(made.authorization_hash), "yParity": made.y_parity,
            "r": hex(made.r), "s": hex(made.s)}


def safe(case):
    """A Safe's transaction: hash in the new and the old domain, two owners' signatures, and the call that executes it."""
    at, chain, old = address(), number(64), case % 3 == 2
    values = [address(), number(256), rng.randbytes(rng.choice([0, 4, 36, 100])), rng.choice([0, 1]), number(256), number(256), number(256),
              address(), address(), number(256)]
    domain = {"verifyingContract": at} if old else {"chainId": chain, "verifyingContract": at}
    types = {"SafeTx": [{"name": n, "type": t} for n, t in zip(SAFE_NAMES, SAFE_TYPES)]}
    message = encode_typed_data(full_message={"types": types, "primaryType": "SafeTx", "domain": domain, "message": dict(zip(SAFE_NAMES, values))})
    keys = [KEY, rng.randbytes(32)]
    made = sorted(((Account.from_key(key).address, Account.sign_message(message, key).signature) for key in keys), key=lambda pair: int(pair[0], 16))
    joined = b"".join(signature for _, signature in made)
    kinds = SAFE_TYPES[:9] + ["bytes"]
    call = keccak(text=f"execTransaction({','.join(kinds)})")[:4] + encode(kinds, values[:9] + [joined])
    fields = {n: text(v) if isinstance(v, bytes) else v if isinstance(v, str) else hex(v) for n, v in zip(SAFE_NAMES, values)}
    return {"safe": at, "chainId": hex(chain), "old": old, **fields, "hash": text(_hash_eip191_message(message)),
            "signatures": [text(s) for _, s in made], "owners": [a for a, _ in made], "call": text(call)}


def lines(items):
    return "[\n" + ",\n".join(json.dumps(i, separators=(",", ":")) for i in items) + "\n]"


sections = {f.__name__: [f(case) for case in range(count)]
            for f, count in ((flashbots, 12), (timeboost, 24), (bid, 12), (authorization, 24), (safe, 24))}
pathlib.Path(__file__).with_name("vectors.json").write_text("{" + ",\n".join(f'"{k}":{lines(v)}' for k, v in sections.items()) + "}\n")
