using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>One place where the bytes of pieces may be, as the operator named it.</summary>
/// <param name="Text">What the operator gave, for messages.</param>
public abstract record PieceSource(string Text)
{
    private const string AnyPrefix = "any:";
    private const string Forms = "Give a folder, a file or an http(s) address; a folder whose files have names of their own as any:FOLDER.";

    /// <summary>Reads what was given to --piece-source, keeping the order; a place given twice counts once.</summary>
    /// <exception cref="OperatorException">BadInput: one of them is no place, or nothing is there.</exception>
    public static ImmutableArray<PieceSource> ParseAll(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. texts.Select(Parse).Distinct()];
    }

    /// <summary>
    /// Reads one place: an http or https address; <c>any:FOLDER</c>; else a path that exists, which is a folder or a file.
    /// Relative paths become absolute.
    /// </summary>
    /// <exception cref="OperatorException">BadInput, as for <see cref="ParseAll"/>.</exception>
    public static PieceSource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Unusable("a piece source is empty");
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return ServerSource.FromAddress(text);
        }

        bool any = text.StartsWith(AnyPrefix, StringComparison.Ordinal);
        string path = Path.GetFullPath(any ? text[AnyPrefix.Length..] : text);
        try
        {
            return FileLook.Through(path).Kind switch
            {
                FileKind.Folder => new FolderSource(text, Path.TrimEndingDirectorySeparator(path), any),
                FileKind.File when !any => new FileSource(text, path),
                FileKind.Missing => throw Unusable($"there is nothing at {path}, which was given as a piece source"),
                _ => throw Unusable($"{path}, given as a piece source, is no {(any ? "folder" : "folder and no regular file")}"),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"{path}, given as a piece source, cannot be looked at: {failure.Message}", failure);
        }
    }

    /// <summary>What the operator gave.</summary>
    public sealed override string ToString() => Text;

    internal static OperatorException Unusable(string message, Exception? cause = null) => new(FailureKind.BadInput, message, Forms, cause);
}

/// <summary>
/// A folder. Files count that are named by a piece's CID, version 1 or 2, alone or with .car, .piece or .raw behind it, at any depth and in
/// any case; so does a storage path's unsealed/s-t0…, and, by size, what Curio keeps as piece/s-t00-….
/// </summary>
/// <param name="Text">As given.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="AnyName">Whether every file whose size fits is looked into, whatever its name; each is hashed once.</param>
public sealed record FolderSource(string Text, string Path, bool AnyName) : PieceSource(Text)
{
    /// <summary>The same folder looked at in the same way.</summary>
    public bool Equals(FolderSource? other) => other is not null && Path == other.Path && AnyName == other.AnyName;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, AnyName);
}

/// <summary>A file: a piece's raw bytes whatever its name, or a sector's unsealed file.</summary>
/// <param name="Text">As given.</param>
/// <param name="Path">Absolute path.</param>
internal sealed record FileSource(string Text, string Path) : PieceSource(Text)
{
    /// <summary>The same file.</summary>
    public bool Equals(FileSource? other) => other is not null && Path == other.Path;

    /// <inheritdoc/>
    public override int GetHashCode() => Path.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A server that answers <c>GET {base}/piece/{cid}</c> (FRC-0066): Boost's booster-http, Curio, or any web server with such files.</summary>
/// <param name="Text">As given.</param>
/// <param name="Base">The address up to, without, "/piece"; ends in a slash.</param>
internal sealed record ServerSource(string Text, Uri Base) : PieceSource(Text)
{
    private const string PieceFolder = "piece/";

    /// <summary>The address of the one piece that is meant; null where each piece has its own below <see cref="Base"/>.</summary>
    internal Uri? Exact { get; init; }

    /// <summary>Headers that are sent along, to this server and no other; they may hold secrets.</summary>
    internal ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The same address.</summary>
    public bool Equals(ServerSource? other) => other is not null && Base == other.Base && Exact == other.Exact;

    /// <inheritdoc/>
    public override int GetHashCode() => Base.GetHashCode();

    /// <summary>The address of a piece.</summary>
    /// <param name="pieceCid">Version 1 or 2.</param>
    internal Uri AddressOf(Cid pieceCid) => Exact ?? new Uri(Base, $"{PieceFolder}{pieceCid}");

    /// <summary>The same for messages and logs.</summary>
    internal string NameOf(Cid pieceCid) => Shown(AddressOf(pieceCid));

    /// <summary>An address without a user, and without what follows a ?, where signed addresses have their secret.</summary>
    internal static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    internal static ServerSource FromAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            || address.Host.Length == 0)
        {
            throw Unusable($"{text} is no http or https address");
        }

        if (address.UserInfo.Length > 0)
        {
            // Not repeated in the message: it holds a password, and so would every process list and log.
            throw Unusable($"the piece source at {address.Host} has a user name or password in its address, which is not supported");
        }

        if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw Unusable($"{text} has a part after '?' or '#', but piece addresses are made by adding /piece/ and a CID");
        }

        string start = address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/";
        return new ServerSource(text, new Uri(start.EndsWith("/" + PieceFolder, StringComparison.Ordinal) ? start[..^PieceFolder.Length] : start));
    }
}
