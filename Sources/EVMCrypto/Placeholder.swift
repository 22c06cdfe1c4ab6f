// EVMCrypto: first file lands soon.
