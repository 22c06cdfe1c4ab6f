// RiskRules: first file lands soon.
