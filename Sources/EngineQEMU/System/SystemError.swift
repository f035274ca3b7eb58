internal import Engine
internal import Glibc

extension EngineError {
    /// A system call that failed.
    ///
    /// - Parameters:
    ///   - action: what was tried: `make a socket`.
    ///   - path: with what; people are told its last part, and the log all of it.
    ///   - code: a value of errno.
    static func system(_ action: String, _ path: String? = nil, code: Int32) -> EngineError {
        let isFull = code == ENOSPC || code == EDQUOT
        let name = path.map { " " + lastPart(of: $0) } ?? ""
        return EngineError(
            isFull ? .storageFull : .failed, "cannot \(action)\(name): \(words(for: code))", cause: path)
    }

    private static func lastPart(of path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
    }

    /// What a value of errno means, for people.
    static func words(for code: Int32) -> String {
        switch code {
        // What `linux_open_plain_file` says of what is no plain file.
        case EMEDIUMTYPE: "it is no plain file"
        case ELOOP: "it is a link"
        default: String(cString: strerror(code))
        }
    }

    /// A question that has no answer now: neither yes nor no may be concluded.
    ///
    /// - Parameter question: `who is connected to srv-…`.
    static func unknown(_ question: String, code: Int32) -> EngineError {
        EngineError(.unknown, "it cannot be found out \(question): \(String(cString: strerror(code)))")
    }
}
