using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Metadata;

/// <summary>
/// The fields that say what a sector holds; the same four in a sector, for what it was sealed over, and in its Update:
/// CommD ({"/": CID}), Pieces (objects of PieceCID ({"/": CID}) and Size (padded, number), as Lotus writes a PieceInfo),
/// PiecesInOrder (true or false; true if missing) and PiecesFrom (text, for people).
/// </summary>
internal static class DataFields
{
    private const int LongestSource = 300;
    private const string CommD = "CommD";
    private const string Pieces = "Pieces";
    private const string PiecesInOrder = "PiecesInOrder";
    private const string PiecesFrom = "PiecesFrom";
    private const string Update = "Update";
    private const string SealedCid = "SealedCID";
    private const string Epoch = "Epoch";

    /// <summary>
    /// What a sector was sealed over; null for zeros, which is what a sector without these fields holds. CommD alone says that it holds data
    /// whose pieces were not told.
    /// </summary>
    public static SectorData? ReadSealedOver(JsonFields fields, SectorSize size)
    {
        CommD? commD = ReadCommD(fields);
        ImmutableArray<PieceInfo> pieces = ReadPieces(fields, size);
        bool zeros = commD is null || commD == ZeroCommitments.ForSector(size);
        if (pieces.IsEmpty)
        {
            return zeros ? null : Untold(fields, commD);
        }

        return commD is null || !zeros
            ? Data(fields, commD, pieces, size)
            : throw fields.Bad(CommD, $"is that of zeros, but there are {Pieces}");
    }

    /// <summary>A sector's SnapDeals update; null if it has none. Without pieces it is one to zeros if CommD says so, else nobody told them.</summary>
    public static SectorUpdate? ReadUpdate(JsonFields sector, SectorSize size)
    {
        if (sector.OptionalObject(Update) is not { } fields)
        {
            return null;
        }

        CommD? commD = ReadCommD(fields);
        fields.Required(Pieces, JsonValueKind.Array);
        ImmutableArray<PieceInfo> pieces = ReadPieces(fields, size);

        return new SectorUpdate
        {
            SealedCid = ReadCommR(fields, SealedCid),
            Data = pieces.IsEmpty && commD != ZeroCommitments.ForSector(size) ? Untold(fields, commD) : Data(fields, commD, pieces, size),
            Epoch = fields.OptionalNumber(Epoch, long.MaxValue) is ulong epoch ? (long)epoch : null,
        };
    }

    /// <summary>A CommR that has to be there.</summary>
    public static CommR ReadCommR(JsonFields fields, string field)
    {
        Cid cid = ParseCid(fields, field, fields.RequiredLink(field));
        if (CommitmentCid.TryGetCommR(cid, out CommR commR))
        {
            return commR;
        }

        string instead = CommitmentCid.TryGetCommD(cid, out _) ? " but that of unsealed data" : string.Empty;
        throw fields.Bad(field, $"{JsonFields.Quote(cid.ToString())} is not the CID of a sealed sector (bagboea4b5abc…){instead}");
    }

    /// <summary>Writes what a sector was sealed over and was updated with, into its object.</summary>
    public static void Write(Utf8JsonWriter writer, SectorFacts facts)
    {
        if (facts.Data is { } data)
        {
            WriteData(writer, data);
        }

        if (facts.Update is { } update)
        {
            writer.WriteStartObject(Update);
            WriteLink(writer, SealedCid, update.SealedCid.ToString());
            if (update.Epoch is long epoch)
            {
                writer.WriteNumber(Epoch, epoch);
            }

            WriteData(writer, update.Data);
            writer.WriteEndObject();
        }
    }

    /// <summary>Writes a CID as {"/": "…"}.</summary>
    public static void WriteLink(Utf8JsonWriter writer, string field, string cid)
    {
        writer.WriteStartObject(field);
        writer.WriteString("/", cid);
        writer.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter writer, SectorData data)
    {
        if (data.CommD is { } commD)
        {
            WriteLink(writer, CommD, commD.ToString());
        }

        writer.WriteStartArray(Pieces);
        foreach (PieceInfo piece in data.Pieces)
        {
            writer.WriteStartObject();
            WriteLink(writer, "PieceCID", piece.CommP.ToString());
            writer.WriteNumber("Size", piece.PaddedSize);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (!data.PiecesUntold)
        {
            writer.WriteBoolean(PiecesInOrder, data.OrderKnown);
        }

        writer.WriteString(PiecesFrom, data.Source);
    }

    private static SectorData Data(JsonFields fields, CommD? commD, ImmutableArray<PieceInfo> pieces, SectorSize size)
    {
        bool inOrder = fields.OptionalBoolean(PiecesInOrder) ?? true;
        return PieceSizes.Misfit(pieces.AsSpan(), inOrder, size) is { } misfit
            ? throw fields.Bad(Pieces, $"cannot be: {misfit}")
            : new SectorData
            {
                CommD = commD,
                Pieces = pieces,
                OrderKnown = inOrder,
                Source = ReadSource(fields, "the list in the metadata file"),
            };
    }

    private static SectorData Untold(JsonFields fields, CommD? commD)
    {
        SectorData untold = SectorData.Untold(commD);
        return untold with { Source = ReadSource(fields, untold.Source) };
    }

    // People write it, in any language; what a terminal would act upon is no part of it.
    private static string ReadSource(JsonFields fields, string otherwise) => SafeText.Line(fields.OptionalText(PiecesFrom) ?? otherwise, LongestSource);

    private static CommD? ReadCommD(JsonFields fields)
    {
        if (fields.OptionalLink(CommD) is not string text)
        {
            return null;
        }

        return CommitmentCid.TryGetCommD(ParseCid(fields, CommD, text), out CommD commD)
            ? commD
            : throw fields.Bad(CommD, $"{JsonFields.Quote(text)} is not the CID of unsealed data (baga6ea4seaq…)");
    }

    private static ImmutableArray<PieceInfo> ReadPieces(JsonFields fields, SectorSize size)
    {
        if (fields.OptionalList(Pieces) is not { } list)
        {
            return [];
        }

        int count = list.GetArrayLength();
        if (count > PieceSizes.MostPieces)
        {
            throw fields.Bad(Pieces, $"has {count} entries; no sector has more than {PieceSizes.MostPieces}");
        }

        ImmutableArray<PieceInfo>.Builder pieces = ImmutableArray.CreateBuilder<PieceInfo>(count);
        foreach (JsonElement element in list.EnumerateArray())
        {
            JsonFields piece = fields.Entry(string.Create(CultureInfo.InvariantCulture, $"{Pieces}[{pieces.Count}]"), element);
            Cid cid = ParseCid(piece, "PieceCID", piece.RequiredLink("PieceCID"));
            ulong padded = piece.RequiredNumber("Size", long.MaxValue);
            pieces.Add(PieceSizes.TryMake(cid, padded, size, out PieceInfo made, out string? complaint)
                ? made
                : throw piece.Bad("PieceCID and Size", $"cannot be: {complaint}"));
        }

        return pieces.DrainToImmutable();
    }

    private static Cid ParseCid(JsonFields fields, string field, string text) => Cid.TryParse(text, out Cid? cid)
        ? cid
        : throw fields.Bad(field, $"{JsonFields.Quote(text)} is not a CID");
}
