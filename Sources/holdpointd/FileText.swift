import Foundation

/// Why something could not be done with a file, in the system's words; Foundation's name a domain and a number.
enum FileText {
    static func cause(of error: any Error) -> String {
        let underlying = (error as? CocoaError)?.underlying ?? error
        guard let code = (underlying as? POSIXError)?.code else { return "it cannot be read" }
        return String(cString: strerror(code.rawValue))
    }
}
