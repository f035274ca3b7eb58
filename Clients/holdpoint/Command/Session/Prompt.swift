import ArgumentParser
import Glibc

/// Questions to a person: asked on standard error, answered on standard input, which is a terminal.
enum Prompt {
    /// - Returns: the line that was typed, without its end.
    /// - Throws: `ValidationError` at the end of the input, and for an answer that is not UTF-8: repaired it would be
    ///   another password.
    static func line(_ question: String) throws -> String {
        StandardStreams.error(question)
        guard let bytes = typedLine() else { throw ValidationError("no answer; nothing was done") }
        guard let line = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("what was typed is not UTF-8; nothing was done")
        }
        return line
    }

    /// - Returns: nil at the end of the input.
    private static func typedLine() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return line.isEmpty ? nil : line }
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
    }

    /// The same without showing what is typed.
    static func password(_ question: String) throws -> String {
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else {
            throw ValidationError("the password cannot be asked for here")
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        Interruption.restoring(shown)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
            throw ValidationError("the terminal would show the password; give --password-file FILE")
        }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            Interruption.restoring(nil)
            StandardStreams.error("\n")
        }
        return try line(question)
    }
}
