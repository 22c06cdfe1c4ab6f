// Relays: first file lands soon.
