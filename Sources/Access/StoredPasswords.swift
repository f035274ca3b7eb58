internal import Foundation
public import Logging
public import Model
public import Store
internal import Synchronization

/// Passwords whose hashes are in the store.
public final class StoredPasswords: PasswordCheck {
    private let store: any MetadataStore
    private let threads: HashThreads
    private let parameters: ScryptParameters
    private let nobody: PasswordHash
    private let known = KnownPasswords()
    private let adoption = Mutex<Task<Void, Never>?>(nil)
    private let clock: @Sendable () -> Timestamp
    private let logger: Logger
    private let removeClearText: @Sendable (_ principal: String) throws -> Void

    /// - Parameters:
    ///   - store: migrated.
    ///   - removeClearText: removes, durably, what keeps a principal's old password in clear, before a new one is set;
    ///     may block. If it throws, the old password goes on to hold.
    public convenience init(
        store: any MetadataStore, threads: HashThreads, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
        removeClearText: @escaping @Sendable (_ principal: String) throws -> Void
    ) {
        self.init(
            store: store, threads: threads, parameters: .standard, clock: clock, logger: logger,
            removeClearText: removeClearText)
    }

    init(
        store: any MetadataStore, threads: HashThreads, parameters: ScryptParameters,
        clock: @escaping @Sendable () -> Timestamp, logger: Logger,
        removeClearText: @escaping @Sendable (_ principal: String) throws -> Void
    ) {
        self.store = store
        self.threads = threads
        self.parameters = parameters
        self.clock = clock
        self.logger = logger
        self.removeClearText = removeClearText
        nobody = .ofNobody(parameters: parameters)
    }

    public func hasPassword(_ principal: String) async throws -> Bool {
        try await store.read { try $0.passwordHash(of: principal) } != nil
    }

    public func isPassword(_ password: Password, of principal: String) async throws -> Bool {
        await adopted()
        return try await matches(password, of: principal)
    }

    private func matches(_ password: Password, of principal: String) async throws -> Bool {
        let text = try await store.read { try $0.passwordHash(of: principal) }
        if let text, known.contains(password, of: principal, hash: text) { return true }
        let hash = text.flatMap { stored($0, of: principal) } ?? nobody
        guard try await threads.run({ try hash.matches(password) }), let text else { return false }
        known.add(password, of: principal, hash: text)
        if hash.parameters != parameters { await rehash(password, of: principal, text) }
        return true
    }

    /// One that cannot be read matches no password: the file is the way out then.
    private func stored(_ text: String, of principal: String) -> PasswordHash? {
        let hash = PasswordHash(text)
        if hash == nil { logger.error("a stored password is unusable", metadata: ["principal": "\(principal)"]) }
        return hash
    }

    /// Makes the hash anew with today's parameters. That it could not be stored costs nothing but another try.
    private func rehash(_ password: Password, of principal: String, _ old: String) async {
        do {
            let new = try await hash(password)
            try await store.write { try $0.replacePasswordHash(old, with: new, of: principal) }
            known.add(password, of: principal, hash: new)
            logger.notice("hashed a password anew", metadata: ["principal": "\(principal)"])
        } catch {
            logger.warning("a password's hash stays as it is", metadata: ["error": "\(error)"])
        }
    }

    public func setPassword(_ password: Password, of principal: String, by author: ChangeAuthor) async throws {
        let removeClearText = removeClearText
        let new = try await hash(password)
        try await threads.run { try removeClearText(principal) }
        let now = clock()
        try await store.write(for: .freeing) { try $0.setPasswordHash(new, of: principal, by: author, at: now) }
        known.add(password, of: principal, hash: new)
        logger.notice("changed a password", metadata: ["principal": "\(principal)", "source": "\(author.source)"])
    }

    private func hash(_ password: Password) async throws -> String {
        let parameters = parameters
        return try await threads.run { try PasswordHash(of: password, parameters: parameters).description }
    }
}

extension StoredPasswords {
    /// Lets a password hold from now on, whatever is stored: it stands in a file that only the server's user can write.
    /// Returns at once; comparisons wait until that is done.
    public func adopt(_ password: Password, of principal: String) {
        let task = Task {
            do {
                if try await !matches(password, of: principal) { try await store(password, of: principal) }
            } catch {
                logger.error("the password in the file was not adopted", metadata: ["error": "\(error)"])
            }
        }
        adoption.withLock { $0 = task }
    }

    /// Returns once an adoption that was begun has ended.
    public func adopted() async {
        await adoption.withLock { $0 }?.value
    }

    private func store(_ password: Password, of principal: String) async throws {
        let isFirst = try await !hasPassword(principal)
        let new = try await hash(password)
        let now = clock()
        try await store.write(for: .freeing) { try $0.setPasswordHash(new, of: principal, by: nil, at: now) }
        known.add(password, of: principal, hash: new)
        logger.notice(
            isFirst ? "keeps a password's hash" : "adopted the password in the file, in place of another one",
            metadata: ["principal": "\(principal)"])
    }
}
