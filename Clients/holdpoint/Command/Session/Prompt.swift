import ArgumentParser
import Glibc

/// Questions to a person: asked on standard error, answered on standard input, which is a terminal.
enum Prompt {
    /// - Returns: the line that was typed, without its end.
    /// - Throws: `ValidationError` at the end of the input.
    static func line(_ question: String) throws -> String {
        StandardStreams.error(question)
        guard let line = readLine() else { throw ValidationError("no answer; nothing was done") }
        return line
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
