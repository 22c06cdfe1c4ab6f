import EVM
import Testing

@Suite struct GasScheduleTests {}
