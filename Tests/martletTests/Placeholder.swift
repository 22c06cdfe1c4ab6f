// martletTests: first file lands soon.
