import HoldpointClient
import Synchronization

/// Shows how far an operation is: a bar on a terminal, a line a step otherwise.
final class ProgressReporter: Sendable {
    enum Style: Sendable {
        case silent
        case lines
        case bar
    }

    private struct State {
        var printedSteps = 0
        var drewBar = false
    }

    private let style: Style
    private let titles: StepTitles
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(_ style: Style, titles: StepTitles = StepTitles()) {
        self.style = style
        self.titles = titles
    }

    func report(_ operation: Operation) {
        switch style {
        case .silent: break
        case .lines: printSteps(operation)
        case .bar: drawBar(operation)
        }
    }

    /// Leaves the terminal's line empty for what comes.
    func finish() {
        if state.withLock({ $0.drewBar }) { StandardStreams.error(ProgressBar.cleared) }
    }

    /// Steps begin in order, so a count says which are printed.
    private func printSteps(_ operation: Operation) {
        let begun = operation.steps.indices.filter { ![.pending, .unspecified].contains(operation.steps[$0].state) }
        let new = state.withLock { state in
            defer { state.printedSteps = max(state.printedSteps, begun.count) }
            return begun.dropFirst(state.printedSteps)
        }
        for index in new {
            let title = titles.numbered(index, of: operation)
            StandardStreams.error(Printable.line("holdpoint: \(operation.id): \(title)") + "\n")
        }
    }

    private func drawBar(_ operation: Operation) {
        guard !operation.hasEnded else { return }
        state.withLock { $0.drewBar = true }
        let running = operation.steps.firstIndex { $0.state == .started }
        let step = running.map { titles.numbered($0, of: operation) } ?? operation.state.name.lowercased()
        let elapsed = start.duration(to: .now)
        StandardStreams.error(
            ProgressBar.cleared + ProgressBar.text(fraction: operation.progress, elapsed: elapsed, step: step))
    }
}

/// The bar as text: fraction, step, rate and time left.
enum ProgressBar {
    static let width = 24
    /// Goes to the start of the line and empties it.
    static let cleared = "\r\u{1b}[K"

    /// `[############------------]  50%  copy  2.5%/s  20s left`; rate and time left once they can be known.
    static func text(fraction: Double, elapsed: Duration, step: String) -> String {
        let fraction = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        let filled = Int(fraction * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let percentage = String(Int(fraction * 100))
        let padded = String(repeating: " ", count: 3 - percentage.count) + percentage
        return "[\(bar)] \(padded)%  \(Printable.line(step))" + pace(fraction, elapsed)
    }

    private static func pace(_ fraction: Double, _ elapsed: Duration) -> String {
        let seconds = elapsed / .seconds(1)
        guard fraction > 0, fraction < 1, seconds >= 1 else { return "" }
        let tenths = Int(fraction / seconds * 1_000)
        let left = seconds * (1 - fraction) / fraction
        guard left < 1e9 else { return "" }
        return "  \(tenths / 10).\(tenths % 10)%/s  \(DurationText.coarse(seconds: Int64(left))) left"
    }
}
