internal import Model

/// Problems that the runner itself finds.
enum OperationProblem {
    static let cancelledReason = "CANCELLED"
    static let internalReason = "INTERNAL"

    static func cancelled(step: String) -> Operation.Problem {
        Operation.Problem(reason: cancelledReason, message: "the operation was cancelled", step: step)
    }

    /// - Parameter cause: why there is no definition that fits; what is no text for people is for the log.
    static func unknownDefinition(_ cause: any Error) -> Operation.Problem {
        let why = (cause as? UnknownDefinition)?.description ?? "what it was accepted with cannot be read"
        return Operation.Problem(
            reason: internalReason, message: "this version cannot go on with the operation: \(why)", step: "")
    }
}

/// The catalog has nothing that fits an operation: another version accepted it.
struct UnknownDefinition: Error, CustomStringConvertible {
    /// Of many steps the first ones say enough.
    private static let largestNamedCount = 10

    let description: String

    init(_ operation: Operation) {
        let names = operation.steps.prefix(Self.largestNamedCount).map(\.name)
        description = "there is no \(operation.type) with \(operation.steps.count) steps \(names)"
    }
}
