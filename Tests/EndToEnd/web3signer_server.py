#!/usr/bin/env python3
"""A stand-in for web3signer in eth1 mode: the documented shapes over TLS with client certificates, and ways to lie.

usage: web3signer_server.py PRIVATE_KEY_HEX CERT KEY CLIENT_CA   (prints the port; a path segment /lie-NAME/ in the URL makes it lie)
Source of the shapes: web3signer openapi-specs/eth1/web3signer.yaml, EthSendTransactionJsonParameters.java.
"""
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_keys import keys
from eth_utils import keccak

SECRET = bytes.fromhex(sys.argv[1])
KEY = keys.PrivateKey(SECRET)
OTHER = keys.PrivateKey(keccak(SECRET))
ADDRESS = KEY.public_key.to_checksum_address()
CHAIN = 1
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def joined(signature, lie):
    r, s, v = signature.r, signature.s, signature.v
    if lie == "high-s":
        s, v = ORDER - s, 1 - v
    if lie == "short":
        return "0x1234"
    return "0x" + r.to_bytes(32, "big").hex() + s.to_bytes(32, "big").hex() + bytes([v + 27]).hex()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, text, kind="application/json"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def lie(self):
        parts = self.path.split("/")
        if len(parts) > 1 and parts[1].startswith("lie-"):
            self.path = "/" + "/".join(parts[2:])
            return parts[1][4:]
        return None

    def do_GET(self):
        self.lie()
        if self.path == "/api/v1/eth1/publicKeys":
            return self.reply(200, json.dumps([OTHER.public_key.to_hex(), KEY.public_key.to_hex()]))
        self.reply(404, "")

    def do_POST(self):
        lie = self.lie()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/api/v1/eth1/sign/"):
            if self.path.rsplit("/", 1)[1] != KEY.public_key.to_hex():
                return self.reply(404, "")
            data = bytes.fromhex(body["data"][2:])
            if lie == "other-data":
                data += b"\0"
            key = OTHER if lie == "other-key" else KEY
            return self.reply(200, joined(key.sign_msg_hash(keccak(data)), lie), "text/plain")
        self.reply(200, json.dumps({"jsonrpc": "2.0", "id": body["id"], **self.call(body["method"], body["params"], lie)}))

    def call(self, method, params, lie):
        if method == "eth_sign":
            if params[0].lower() != ADDRESS.lower():
                return {"error": {"code": -32000, "message": "No unlocked account matches the Sender"}}
            message = bytes.fromhex(params[1][2:])
            return {"result": "0x" + Account.sign_message(encode_defunct(message), SECRET).signature.hex().removeprefix("0x")}
        if method == "eth_signTypedData":
            document = encode_typed_data(full_message=json.loads(params[1]))
            return {"result": "0x" + Account.sign_message(document, SECRET).signature.hex().removeprefix("0x")}
        if method == "eth_signTransaction":
            given = params[0]
            if given["from"].lower() != ADDRESS.lower():
                return {"error": {"code": -32000, "message": "No unlocked account matches the Sender"}}
            fields = {k: v for k, v in given.items() if k != "from"} | {"chainId": CHAIN}
            if "to" in fields:
                fields["to"] = bytes.fromhex(fields["to"][2:])
            if "maxFeePerGas" in fields:
                fields["type"] = 2
            changes = {"to": b"\x99" * 20, "value": "0x7", "gas": "0x5208", "nonce": "0x63", "data": "0xdead",
                       "maxFeePerGas": "0x1", "chainId": 5}
            if lie in changes:
                fields[lie] = changes[lie]
                if lie == "maxFeePerGas":
                    fields["maxPriorityFeePerGas"] = "0x1"
            secret = OTHER.to_bytes() if lie == "other-key" else SECRET
            raw = Account.sign_transaction(fields, secret).raw_transaction.hex().removeprefix("0x")
            return {"result": "garbage" if lie == "garbage" else "0x" + raw}
        return {"error": {"code": -32601, "message": "Method not found"}}


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
context.load_verify_locations(sys.argv[4])
context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
