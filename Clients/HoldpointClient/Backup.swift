internal import Crypto

/// What a backup came to.
public struct BackupSummary: Hashable, Sendable {
    public let bytes: UInt64
    /// SHA-256 over all bytes, hexadecimal.
    public let digest: String
}

extension HoldpointClient {
    /// Receives a consistent copy of the server's metadata, for `holdpointd restore`, and proves that it is whole.
    ///
    /// - Parameter write: called with part after part.
    /// - Throws: `DATA_LOSS` if parts are missing or damaged, the call's status, and what `write` throws. What was
    ///   written is no backup then.
    public func backup(write: ([UInt8]) throws -> Void) async throws -> BackupSummary {
        var hash = SHA256()
        var bytes: UInt64 = 0
        var expected: [UInt8]?
        for try await chunk in admin.backupMetadata(BackupMetadataRequest(), options: CallOptions(retries: false)) {
            guard expected == nil else { throw RPCError.damagedBackup("more came behind its end") }
            if chunk.sha256.isEmpty {
                hash.update(data: chunk.data)
                bytes += UInt64(chunk.data.count)
                try write(chunk.data)
            } else {
                expected = chunk.sha256
            }
        }
        guard let expected else { throw RPCError.damagedBackup("its end is missing") }
        let digest = Array(hash.finalize())
        guard digest == expected else { throw RPCError.damagedBackup("its digest is another one") }
        return BackupSummary(bytes: bytes, digest: digest.map(hexadecimal).joined())
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

extension RPCError {
    fileprivate static func damagedBackup(_ why: String) -> RPCError {
        RPCError(.dataLoss, "the backup did not arrive whole: \(why)")
    }
}
