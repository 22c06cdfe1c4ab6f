import EVMCodec
import EVMTypes
import Testing

enum Samples {
    /// A signed transfer of type 2, 118 bytes. Source: eth-account, apis.md §6.3.
    static func dynamicFee() throws -> [UInt8] {
        try #require(
            Hex.decode(
                "0x02f873010984773594008504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
                    + "c001a079b7c7f86885a63564d32f1970e457e0d5e904f6e3373aaf114ac871d96aee31a0461db850185ce53f5923ea61"
                    + "800444727d21e2cbe15393e774a8e6a6ef495681"))
    }
}
