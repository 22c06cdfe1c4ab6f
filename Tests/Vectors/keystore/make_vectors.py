"""Makes the keystore vectors beside this file with other people's code (requirements.txt). Run in a throw-away venv.

Keys and passwords are of no value. Random salts make each run's files different; the committed ones are one run's.
"""
import hashlib
import json
import pathlib
import secrets

import eth_keyfile
from Crypto.Cipher import AES
from Crypto.Util import Counter
from eth_account import Account
from eth_utils import keccak

HERE = pathlib.Path(__file__).parent


def raw_v3(plain: bytes, password: bytes, **members) -> dict:
    """A version 3 file written by hand, for forms that eth-keyfile refuses to write (short keys)."""
    salt, iv = secrets.token_bytes(32), secrets.token_bytes(16)
    derived = hashlib.scrypt(password, salt=salt, n=1024, r=8, p=1, dklen=32)
    counter = Counter.new(128, initial_value=int.from_bytes(iv, "big"))
    sealed = AES.new(derived[:16], AES.MODE_CTR, counter=counter).encrypt(plain)
    return {
        **members,
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": iv.hex()},
            "ciphertext": sealed.hex(),
            "kdf": "scrypt",
            "kdfparams": {"dklen": 32, "n": 1024, "r": 8, "p": 1, "salt": salt.hex()},
            "mac": keccak(derived[16:32] + sealed).hex(),
        },
        "id": "11111111-2222-4333-8444-555555555555",
        "version": 3,
    }


def main() -> None:
    cases = []

    def add(name: str, file: dict, password: str, key: bytes, text: str | None = None) -> None:
        body = text if text is not None else json.dumps(file)
        address = Account.from_key(key.rjust(32, b"\0")).address
        cases.append({"name": name, "password": password, "key": key.rjust(32, b"\0").hex(), "address": address, "file": body})

    key = bytes.fromhex("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")
    add("eth-keyfile scrypt n=4096", eth_keyfile.create_keyfile_json(key, b"testpassword", kdf="scrypt", iterations=4096), "testpassword", key)
    add("eth-keyfile pbkdf2 c=5000", eth_keyfile.create_keyfile_json(key, b"testpassword", kdf="pbkdf2", iterations=5000), "testpassword", key)
    add("eth-account scrypt n=8192", Account.encrypt(key, "pass word", kdf="scrypt", iterations=8192), "pass word", key)
    unicode_password = "p\u00e4ssw\u00f6rd \u2603 \U0001f511"
    add("UTF-8 password", eth_keyfile.create_keyfile_json(key, unicode_password.encode(), kdf="scrypt", iterations=2048), unicode_password, key)
    short = bytes.fromhex("11" * 31)
    add("31-byte key", raw_v3(short, b"foo"), "foo", short)
    small = bytes.fromhex("00" * 2 + "22" * 30)
    add("key with leading zero bytes", raw_v3(small, b"foo", address=Account.from_key(small).address[2:].lower()), "foo", small)
    capital = raw_v3(key, b"foo", address=Account.from_key(key).address)
    text = json.dumps(capital, indent=2).replace('"crypto"', '"Crypto"')
    add("Crypto with a capital, 0x address with checksum, spaces", {}, "foo", key, text)
    (HERE / "vectors.json").write_text(json.dumps(cases, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
