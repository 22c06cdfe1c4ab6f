// RiskRulesTests: first file lands soon.
