using System.Globalization;
using System.Text.Json;
using Filecoin.Primitives;

namespace Filecoin.Curio;

/// <summary>An address that a piece's bytes were to be fetched from. Never shows the headers, whoever prints it: they may hold secrets.</summary>
/// <param name="Url">As it stands in the database; what is behind a ? or before an @ may be secret as well.</param>
/// <param name="Headers">What has to be sent along.</param>
public sealed record CurioAddress(string Url, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <inheritdoc/>
    public override string ToString() => "an address in Curio's database";
}

/// <summary>Where the bytes of a piece are.</summary>
/// <param name="Addresses">Where they can be asked for, in order of trust, each once.</param>
/// <param name="Files">Where they stand in storage paths: "piece/s-t00-12 in the storage path … of http://…".</param>
public sealed record CurioPiecePlaces(IReadOnlyList<CurioAddress> Addresses, IReadOnlyList<string> Files);

/// <summary>
/// Where pieces came from and lie: pieces that Curio parked, and the addresses that deals, pipelines and parked pieces name (market/mk12, market/mk20,
/// tasks/piece). Storage paths are told by their IDs and URLs; how a machine calls their folders Curio does not write down.
/// </summary>
internal sealed class CurioPlaces(CurioHosts hosts, string schema)
{
    private const string Parked = "parked_pieces";
    private const string Refs = "parked_piece_refs";
    private const string Deals = "market_piece_deal";
    private const string Mk12 = "market_mk12_deals";
    private const string Mk20 = "market_mk20_deal";
    private const string Locations = "sector_location";
    private const string Paths = "storage_path";
    private const int Most = 100;

    private static readonly string[] Pipelines = ["sectors_sdr_initial_pieces", "sectors_snap_initial_pieces"];

    internal Task<CurioPiecePlaces> FindAsync(PieceInfo piece, CancellationToken cancellation) => hosts.AskAsync(
        async (open, _) =>
        {
            OptionalTables tables = await OptionalTables.FindAsync(
                open, schema, [Parked, Refs, Deals, Mk12, Mk20, Locations, Paths, .. Pipelines], cancellation).ConfigureAwait(false);
            string cid = piece.CommP.ToCid().ToString();
            string size = piece.PaddedSize.ToString(CultureInfo.InvariantCulture);
            List<CurioAddress> addresses = [];
            List<string> files = [];
            foreach (string?[] row in await RowsAsync(
                Parked, ["id", "complete"], "t.piece_cid = $1 AND t.piece_padded_size = $2::bigint", ["id", "piece_cid", "piece_padded_size"], cid, size).ConfigureAwait(false))
            {
                string id = row[0]!;
                files.AddRange((await StandingAsync("0", id, SectorFileType.Piece).ConfigureAwait(false)).Select(path => $"piece/s-t00-{id} in {path}"));
                await AddAsync(Refs, "data_url", "data_headers", "t.piece_id = $1::bigint", ["piece_id"], id).ConfigureAwait(false);
            }

            foreach (string pipeline in Pipelines)
            {
                await AddAsync(pipeline, "data_url", "data_headers", "t.piece_cid = $1 AND t.piece_size = $2::bigint", ["piece_cid", "piece_size"], cid, size).ConfigureAwait(false);
            }

            await AddAsync(Mk12, "url", "url_headers", "t.piece_cid = $1 AND t.piece_size = $2::bigint", ["piece_cid", "piece_size"], cid, size).ConfigureAwait(false);
            foreach (string?[] deal in await RowsAsync(
                Deals,
                ["id", "sp_id", "sector_num", "piece_offset"],
                "t.piece_cid = $1 AND t.piece_length = $2::bigint",
                ["id", "sp_id", "sector_num", "piece_cid", "piece_length"],
                cid,
                size).ConfigureAwait(false))
            {
                foreach (string?[] row in await RowsAsync(Mk20, ["data"], "t.id = $1", ["id", "data"], deal[0]!).ConfigureAwait(false))
                {
                    addresses.AddRange(OfMk20(row[0]));
                }

                if (OptionalTables.Whole(deal[1]) is { } miner and >= 0 && OptionalTables.Whole(deal[2]) is { } sector)
                {
                    string at = OptionalTables.Whole(deal[3]) is { } offset ? string.Create(CultureInfo.InvariantCulture, $" at padded offset {offset}") : "";
                    files.AddRange((await StandingAsync(deal[1]!, deal[2]!, SectorFileType.Unsealed).ConfigureAwait(false))
                        .Select(path => string.Create(CultureInfo.InvariantCulture, $"unsealed/s-t0{miner}-{sector}{at} in {path}")));
                }
            }

            return new CurioPiecePlaces([.. addresses.DistinctBy(address => address.Url)], [.. files.Distinct()]);

            Task<IReadOnlyList<string?[]>> RowsAsync(string table, string[] columns, string where, string[] needed, params string[] parameters) =>
                tables.RowsAsync(table, columns, where, needed, Most, cancellation, parameters);

            async Task AddAsync(string table, string url, string headers, string where, string[] needed, params string[] parameters)
            {
                foreach (string?[] row in await RowsAsync(table, [url, headers], where, [url, .. needed], parameters).ConfigureAwait(false))
                {
                    if (IsWeb(row[0]))
                    {
                        addresses.Add(new CurioAddress(row[0]!, [.. HeadersOf(row[1])]));
                    }
                }
            }

            async Task<IEnumerable<string>> StandingAsync(string miner, string number, int kind)
            {
                List<string> standing = [];
                foreach (string?[] row in await RowsAsync(
                    Locations,
                    ["storage_id"],
                    string.Create(CultureInfo.InvariantCulture, $"t.miner_id = $1::bigint AND t.sector_num = $2::bigint AND t.sector_filetype = {kind}"),
                    ["miner_id", "sector_num", "sector_filetype", "storage_id"],
                    miner,
                    number).ConfigureAwait(false))
                {
                    IReadOnlyList<string?[]> path = await RowsAsync(Paths, ["urls"], "t.storage_id = $1", ["storage_id"], row[0]!).ConfigureAwait(false);
                    standing.Add($"the storage path {row[0]}{(path is [[{ Length: > 0 } urls]] ? $" of {urls}" : "")}");
                }

                return standing;
            }
        },
        cancellation);

    /// <summary>The addresses in a deal's data (curio market/mk20/types.go): source_http.urls, each with url and headers.</summary>
    internal static IReadOnlyList<CurioAddress> OfMk20(string? json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? "null", new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement is { ValueKind: JsonValueKind.Object } data
                && data.TryGetProperty("source_http", out JsonElement http) && http.ValueKind == JsonValueKind.Object
                && http.TryGetProperty("urls", out JsonElement urls) && urls.ValueKind == JsonValueKind.Array
                ? [
                    .. from entry in urls.EnumerateArray()
                       where entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("url", out JsonElement url)
                           && url.ValueKind == JsonValueKind.String && IsWeb(url.GetString())
                       select new CurioAddress(
                           entry.GetProperty("url").GetString()!,
                           [.. entry.TryGetProperty("headers", out JsonElement headers) ? HeadersOf(headers) : []]),
                ]
                : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Headers as Go writes them, {"Name": ["value", …]}, or with a text for a value.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> HeadersOf(string? json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json ?? "null", new JsonDocumentOptions { MaxDepth = 8 });
            return [.. HeadersOf(document.RootElement)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> HeadersOf(JsonElement json) =>
        json.ValueKind != JsonValueKind.Object ? []
        : from header in json.EnumerateObject()
          from value in header.Value.ValueKind == JsonValueKind.Array ? header.Value.EnumerateArray() : Enumerable.Repeat(header.Value, 1)
          where value.ValueKind == JsonValueKind.String
          select KeyValuePair.Create(header.Name, value.GetString()!);

    private static bool IsWeb(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.Host.Length > 0;
}
