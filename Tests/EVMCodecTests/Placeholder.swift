// EVMCodecTests: first file lands soon.
