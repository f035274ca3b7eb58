import Glibc

/// What the process's standard streams are.
struct Terminal: Sendable {
    /// Colours may be used on standard output.
    let colors: Bool
    /// A person sees standard error, and progress may be drawn there.
    let showsProgress: Bool
    /// A person can be asked.
    let canAsk: Bool
    /// How trees are drawn on standard output, and on standard error.
    var outputLines = TextTree.Lines.ascii
    var errorLines = TextTree.Lines.ascii

    /// Columns of what standard output goes to; nil: that is no terminal.
    var width: Int?

    init(colors: Bool, showsProgress: Bool, canAsk: Bool) {
        self.colors = colors
        self.showsProgress = showsProgress
        self.canAsk = canAsk
    }

    /// The process's own.
    init(environment: [String: String]) {
        let isDumb = environment["TERM"] == "dumb"
        let noColor = environment["NO_COLOR"]?.isEmpty == false
        colors = isatty(STDOUT_FILENO) == 1 && !noColor && !isDumb
        showsProgress = isatty(STDERR_FILENO) == 1 && !isDumb
        canAsk = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        width = Terminal.width(environment)
        guard Terminal.isUTF8(environment) else { return }
        if isatty(STDOUT_FILENO) == 1 { outputLines = .boxes }
        if isatty(STDERR_FILENO) == 1 { errorLines = .boxes }
    }

    /// What a user says, or else the terminal itself.
    private static func width(_ environment: [String: String]) -> Int? {
        if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// What the locale says, in the order that POSIX gives its variables.
    static func isUTF8(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = locale?.lowercased() ?? ""
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }
}
