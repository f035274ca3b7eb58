internal import Model

/// Problems that the runner itself finds.
enum OperationProblem {
    static let cancelledReason = "CANCELLED"
    static let internalReason = "INTERNAL"

    static func cancelled(step: String) -> Operation.Problem {
        Operation.Problem(reason: cancelledReason, message: "the operation was cancelled", step: step)
    }

    /// - Parameter cause: why there is no definition that fits.
    static func unknownDefinition(_ cause: any Error) -> Operation.Problem {
        Operation.Problem(
            reason: internalReason, message: "this version cannot go on with the operation: \(cause)", step: "")
    }
}

/// The catalog has nothing that fits an operation: another version accepted it.
struct UnknownDefinition: Error, CustomStringConvertible {
    let description: String

    init(_ operation: Operation) {
        description = "there is no \(operation.type) with the steps \(operation.steps.map(\.name))"
    }
}
