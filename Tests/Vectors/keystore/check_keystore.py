"""Opens a keystore file with eth-keyfile and eth-account. Usage: check_keystore.py FILE (password on standard input).

Prints the key and the address in hex, or fails. Used by KeystoreInteropTests to have our files read by somebody else's code.
"""
import json
import sys

import eth_keyfile
from eth_account import Account

path = sys.argv[1]
password = sys.stdin.buffer.read()
first = eth_keyfile.extract_key_from_keyfile(path, password)
second = bytes(Account.decrypt(json.load(open(path)), password.decode()))
assert first == second
print(first.hex(), Account.from_key(first).address)
