// KeyVault: first file lands soon.
