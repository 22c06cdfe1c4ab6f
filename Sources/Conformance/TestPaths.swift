internal import Foundation

/// The files that a run's paths name.
public enum TestPaths {
    /// Files whose cases take far longer than others, without `.json`, by the last parts of their paths.
    /// Source: run times of evmone 0.23.0 over the archive.
    public static let slow: [String] = [
        "eip1153_tstore/test_run_until_out_of_gas", "stStaticCall/static_Call1MB1024Calldepth",
        "eip2537_bls_12_381_precompiles/test_valid_gas_g2msm", "eip2537_bls_12_381_precompiles/test_valid_gas_g1msm",
        "stTimeConsuming/static_Call50000_sha256", "vmPerformance/loopMul",
        "stQuadraticComplexityTest/Call50000_sha256",
        "stPreCompiledContracts2/CALLBlake2f", "stPreCompiledContracts2/CALLCODEBlake2f", "stMemoryTest/buffer",
        "stCreateTest/CreateOOGafterMaxCodesize",
    ]

    /// Whether the file is of the slow group.
    public static func isSlow(_ path: String) -> Bool {
        slow.contains { path == "\($0).json" || path.hasSuffix("/\($0).json") }
    }

    /// Every file that the paths name, and every `.json` file at or below a folder, folders in order and their files
    /// sorted by path. Throws when a path does not exist or a folder cannot be listed.
    public static func files(_ paths: [String]) throws(TestFileError) -> [String] {
        var found: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw TestFileError(file: path, "no such file or folder")
            }
            guard isFolder.boolValue else {
                found.append(path)
                continue
            }
            guard let walk = FileManager.default.enumerator(atPath: path) else {
                throw TestFileError(file: path, "the folder cannot be listed")
            }
            let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
            let names = walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
            found += names.map { "\(folder)/\($0)" }
        }
        return found
    }

    /// The bytes of a file.
    static func read(_ path: String) throws(TestFileError) -> [UInt8] {
        do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw TestFileError(file: path, "the file cannot be read")
        }
    }

    /// The set a file belongs to in the archive: the two parts below `evm-tests` (`state/eest`), else its folder.
    static func set(of path: String) -> String {
        let parts = path.split(separator: "/").map(String.init)
        if let top = parts.lastIndex(where: { $0 == "evm-tests" || $0 == "evm-bench" }), top + 2 < parts.count {
            let isWhole = parts[top + 1] == "vm-legacy" || parts[top] == "evm-bench"
            return isWhole ? parts[top + 1] : "\(parts[top + 1])/\(parts[top + 2])"
        }
        return parts.dropLast().last ?? "."
    }
}
