internal import Engine
internal import Glibc

extension EngineError {
    /// A system call that failed.
    ///
    /// - Parameters:
    ///   - action: what was tried, with the path: `create /var/lib/holdpoint/layers/lay-….qcow2`.
    ///   - code: a value of errno.
    static func system(_ action: String, code: Int32) -> EngineError {
        let isFull = code == ENOSPC || code == EDQUOT
        return EngineError(isFull ? .storageFull : .failed, "cannot \(action): \(String(cString: strerror(code)))")
    }
}
