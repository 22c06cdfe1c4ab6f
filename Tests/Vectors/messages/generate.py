"""Writes vectors.json: personal messages and typed data hashed and signed by eth-account. See SOURCE.md."""
import json
import pathlib
import random

from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_defunct, encode_typed_data

rng = random.Random(20261121)
ELEMENTARY = ["address", "bool", "bytes", "string", "uint8", "uint64", "uint256", "int8", "int128", "int256", "bytes1", "bytes20", "bytes32"]


def mail():
    """The example of EIP-712, and the same with lists of wallets as in its version 4 tests."""
    person = [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}]
    domain_type = [{"name": "name", "type": "string"}, {"name": "version", "type": "string"},
                   {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}]
    domain = {"name": "Ether Mail", "version": "1", "chainId": 1, "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"}
    cow, bob = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"
    yield {"types": {"EIP712Domain": domain_type, "Person": person,
                     "Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"}]},
           "primaryType": "Mail", "domain": domain,
           "message": {"from": {"name": "Cow", "wallet": cow}, "to": {"name": "Bob", "wallet": bob}, "contents": "Hello, Bob!"}}
    many = [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}]
    yield {"types": {"EIP712Domain": domain_type, "Person": many,
                     "Group": [{"name": "name", "type": "string"}, {"name": "members", "type": "Person[]"}],
                     "Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person[2]"}, {"name": "cc", "type": "Group"}]},
           "primaryType": "Mail", "domain": domain,
           "message": {"from": {"name": "Cow", "wallets": [cow, bob]},
                       "to": [{"name": "Bob", "wallets": [bob]}, {"name": "Eve", "wallets": []}],
                       "cc": {"name": "All", "members": []}}}


def value(t, types, depth):
    if t.endswith("]"):
        inner, size = t[:-1].rsplit("[", 1)
        return [value(inner, types, depth) for _ in range(int(size) if size else rng.randint(0, 3))]
    if t in types:
        return {f["name"]: value(f["type"], types, depth + 1) for f in types[t]}
    if t == "address":
        return Account.from_key(rng.randbytes(32)).address
    if t == "bool":
        return rng.random() < 0.5
    if t == "string":
        return "".join(rng.choice("abc é😀\"\n") for _ in range(rng.randint(0, 40)))
    if t == "bytes":
        return "0x" + rng.randbytes(rng.choice([0, 1, 32, 65])).hex()
    if t.startswith("bytes"):
        return "0x" + rng.randbytes(int(t[5:])).hex()
    bits = int(t.lstrip("uint"))
    low, high = (0, 2**bits - 1) if t[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return rng.choice([low, high, 0, rng.randint(low, high)])


def random_document():
    # A struct may hold only structs declared after it, so that values end.
    names = [f"T{i}" for i in range(rng.randint(1, 4))]
    types = {}
    for i, name in enumerate(names):
        fields = []
        for j in range(rng.randint(1, 5)):
            t = rng.choice(ELEMENTARY + names[i + 1:] * 3)
            for _ in range(rng.choice([0, 0, 0, 1, 2])):
                t += rng.choice(["[]", "[2]"])
            fields.append({"name": f"f{j}", "type": t})
        types[name] = fields
    reached, work = {"T0"}, ["T0"]
    while work:
        for field in types[work.pop()]:
            base = field["type"].split("[")[0]
            if base in types and base not in reached:
                reached.add(base)
                work.append(base)
    types = {k: v for k, v in types.items() if k in reached}  # eth-account wants every struct to be used
    domain_types = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address", "salt": "bytes32"}
    present = [k for k in domain_types if rng.random() < 0.6] or ["name"]
    domain = {k: value(domain_types[k], {}, 0) if k != "chainId" else rng.randint(1, 10**6) for k in present}
    if rng.random() < 0.7:
        types["EIP712Domain"] = [{"name": k, "type": domain_types[k]} for k in present]
    return {"types": types, "primaryType": "T0", "domain": domain, "message": value("T0", types, 0)}


def documents():
    yield from mail()
    address = "0x3535353535353535353535353535353535353535"
    yield {"types": {"SafeTx": [{"name": n, "type": t} for t, n in
                                [p.split() for p in ("address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
                                                     "uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce").split(",")]]},
           "primaryType": "SafeTx", "domain": {"chainId": 1, "verifyingContract": address},
           "message": {"to": address, "value": 1, "data": "0x", "operation": 0, "safeTxGas": 0, "baseGas": 0, "gasPrice": 0,
                       "gasToken": "0x" + "00" * 20, "refundReceiver": "0x" + "00" * 20, "nonce": 0}}
    for _ in range(60):
        yield random_document()


key = bytes([0x46]) * 32
typed = []
for document in documents():
    full = json.loads(json.dumps(document))
    message = encode_typed_data(full_message=full)
    digest = _hash_eip191_message(message)
    typed.append({"document": document, "domainSeparator": "0x" + message.header.hex(), "messageHash": "0x" + message.body.hex(),
                  "digest": "0x" + digest.hex(), "signature": "0x" + Account.sign_message(message, key).signature.hex().removeprefix("0x")})
personal = []
for raw in [b"", b"hello", "é😀".encode(), bytes(range(256)), b"x" * 999, b"x" * 1000]:
    message = encode_defunct(raw)
    personal.append({"message": "0x" + raw.hex(), "digest": "0x" + _hash_eip191_message(message).hex(),
                     "signature": "0x" + Account.sign_message(message, key).signature.hex().removeprefix("0x")})


def lines(items):
    return "[\n" + ",\n".join(json.dumps(i, ensure_ascii=False, separators=(",", ":")) for i in items) + "\n]"


pathlib.Path(__file__).with_name("vectors.json").write_text('{"typed":' + lines(typed) + ',\n"personal":' + lines(personal) + "}\n")
