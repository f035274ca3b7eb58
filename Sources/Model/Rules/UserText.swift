extension String {
    /// The text without the folders of absolute paths: where a server keeps its files is for its log, not for users.
    ///
    /// `cannot open '/srv/a b/layers/lay-x.qcow2': no such file` becomes `cannot open 'lay-x.qcow2': no such file`.
    /// Paths may hold spaces, so all that stands between the first and the last slash of a part of the sentence counts.
    public var withoutFolders: String {
        // By bytes: behind a slash, a combining mark makes another character of it.
        split(separator: ": ", omittingEmptySubsequences: false).map { Self.withoutFolders($0.utf8) }
            .joined(separator: ": ")
    }

    private static func withoutFolders(_ part: Substring.UTF8View) -> String {
        let slash = UInt8(ascii: "/")
        let start = part.indices.first { index in
            part[index] == slash
                && (index == part.startIndex || " '\"(=".utf8.contains(part[part.index(before: index)]))
        }
        guard let start, let end = part.lastIndex(of: slash) else { return String(Substring(part)) }
        return String(Substring(part[..<start])) + String(Substring(part[part.index(after: end)...]))
    }
}
