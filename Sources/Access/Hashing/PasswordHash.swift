internal import Crypto
internal import CryptoExtras
internal import Foundation

/// What is kept of a password: scrypt of it with the salt and the parameters, in one text that describes itself (the
/// PHC string format): `$scrypt$ln=15,r=8,p=3$salt$hash`, base64 without padding.
struct PasswordHash: Sendable {
    private static let saltByteCount = 16
    private static let keyByteCount = 32

    let parameters: ScryptParameters
    private let salt: Data
    private let key: SymmetricKey

    /// Blocks for as long as the parameters say.
    init(of password: Password, parameters: ScryptParameters) throws {
        let salt = Self.randomBytes(Self.saltByteCount)
        self.init(
            parameters: parameters, salt: salt,
            key: try Self.key(of: password, salt, parameters, byteCount: Self.keyByteCount))
    }

    /// One that no password has; comparing with it costs what comparing with a real one costs.
    static func ofNobody(parameters: ScryptParameters) -> PasswordHash {
        PasswordHash(
            parameters: parameters, salt: randomBytes(saltByteCount),
            key: SymmetricKey(data: randomBytes(keyByteCount)))
    }

    private init(parameters: ScryptParameters, salt: Data, key: SymmetricKey) {
        self.parameters = parameters
        self.salt = salt
        self.key = key
    }

    /// Blocks for as long as the parameters say; compares in constant time.
    func matches(_ password: Password) throws -> Bool {
        guard !password.isEmpty, password.text.utf8.count <= Password.longestByteCount else { return false }
        return try Self.key(of: password, salt, parameters, byteCount: key.bitCount / 8) == key
    }

    private static func key(
        of password: Password, _ salt: Data, _ parameters: ScryptParameters, byteCount: Int
    ) throws -> SymmetricKey {
        // swift-crypto traps without a first byte to take the address of.
        guard !password.isEmpty, !salt.isEmpty else { throw CryptoKitError.incorrectParameterSize }
        return try KDF.Scrypt.deriveKey(
            from: Data(password.text.utf8), salt: salt, outputByteCount: byteCount, rounds: parameters.rounds,
            blockSize: parameters.blockSize, parallelism: parameters.parallelism)
    }

    private static func randomBytes(_ count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}

extension PasswordHash: LosslessStringConvertible {
    private static let longestText = 256
    private static let allowedSaltByteCounts = 1...64
    private static let allowedKeyByteCounts = 16...64

    /// Reads what `description` wrote.
    ///
    /// - Returns: nil for another form, and for parameters that would cost absurdly much.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longestText,
            let match = text.wholeMatch(
                of: #/\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)/#),
            let exponent = Int(match.output.1), let blockSize = Int(match.output.2),
            let parallelism = Int(match.output.3),
            let parameters = ScryptParameters(checking: exponent, blockSize: blockSize, parallelism: parallelism),
            let salt = Data(unpaddedBase64: match.output.4), Self.allowedSaltByteCounts.contains(salt.count),
            let key = Data(unpaddedBase64: match.output.5), Self.allowedKeyByteCounts.contains(key.count)
        else { return nil }
        self.init(parameters: parameters, salt: salt, key: SymmetricKey(data: key))
    }

    var description: String {
        let (exponent, blockSize) = (parameters.costExponent, parameters.blockSize)
        let key = key.withUnsafeBytes { Data($0) }
        return "$scrypt$ln=\(exponent),r=\(blockSize),p=\(parameters.parallelism)"
            + "$\(salt.unpaddedBase64)$\(key.unpaddedBase64)"
    }
}

extension Data {
    fileprivate init?(unpaddedBase64 text: Substring) {
        self.init(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }

    fileprivate var unpaddedBase64: String {
        String(base64EncodedString().prefix { $0 != "=" })
    }
}
