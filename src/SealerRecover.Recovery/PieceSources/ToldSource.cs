using System.Collections.Immutable;
using System.Text;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Somebody who wrote down where pieces came from, or where they lie. Safe for concurrent use.</summary>
public interface IPieceTeller
{
    /// <summary>Half a sentence that names it: "Curio's database".</summary>
    string Name { get; }

    /// <summary>The places of a piece.</summary>
    /// <exception cref="OperatorException">It could not be asked.</exception>
    Task<ToldPlaces> WhereAsync(PieceInfo piece, CancellationToken cancellation);
}

/// <summary>What a teller says of a piece.</summary>
/// <param name="Addresses">Where it can be asked for.</param>
/// <param name="Files">Files on machines that only the operator reaches, each the middle of a sentence.</param>
public sealed record ToldPlaces(ImmutableArray<ToldAddress> Addresses, ImmutableArray<string> Files);

/// <summary>
/// An address of one piece with the headers that have to be sent along. These, what stands before an @ and what follows a ? may be secrets: they are
/// sent to that server alone, and shown and stored nowhere.
/// </summary>
public sealed record ToldAddress
{
    /// <summary>What is between client and server, and not for others to say.</summary>
    private static readonly HashSet<string> OfTransport = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Encoding", "Range", "If-Range", "Expect", "Upgrade", "User-Agent",
    };

    private ToldAddress(Uri address, ImmutableArray<KeyValuePair<string, string>> headers)
    {
        Address = address;
        Headers = headers;
    }

    internal Uri Address { get; }

    internal ImmutableArray<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Takes an http or https address; null for any other text. A user and password in it are sent as a header.</summary>
    public static ToldAddress? From(string url, IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            || address.Host.Length == 0)
        {
            return null;
        }

        List<KeyValuePair<string, string>> sent = [.. headers.Where(header => !OfTransport.Contains(header.Key) && !header.Value.Any(char.IsControl))];
        if (address.UserInfo.Length > 0)
        {
            string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo)));
            sent.Add(KeyValuePair.Create("Authorization", $"Basic {basic}"));
            address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        }

        return new ToldAddress(address, [.. sent]);
    }

    /// <summary>The address without what may be secret.</summary>
    public override string ToString() => ServerSource.Shown(Address);

    internal ServerSource ToServer() => new(ToString(), Address) { Exact = Address, Headers = Headers };
}

/// <summary>The places that somebody tells, asked after those that the operator named.</summary>
/// <param name="Text">The teller's name.</param>
/// <param name="Teller">Who tells.</param>
public sealed record ToldSource(string Text, IPieceTeller Teller) : PieceSource(Text)
{
    /// <summary>The same teller.</summary>
    public bool Equals(ToldSource? other) => other is not null && ReferenceEquals(Teller, other.Teller);

    /// <inheritdoc/>
    public override int GetHashCode() => Teller.GetHashCode();
}
