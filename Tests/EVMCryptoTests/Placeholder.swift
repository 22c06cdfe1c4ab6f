// EVMCryptoTests: first file lands soon.
