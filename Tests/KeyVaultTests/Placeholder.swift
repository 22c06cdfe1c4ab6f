// KeyVaultTests: first file lands soon.
