// EVMCodec: first file lands soon.
