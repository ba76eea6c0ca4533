using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>What is wanted, as a line of a list has it: a piece, whichever sector holds it, or a stretch of a sector.</summary>
public sealed record WantedData
{
    private const char Remark = '#';
    private const char Separator = ':';

    /// <summary>What tells it from others: the CID of a piece, or "sector:offset:size" in bytes.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a piece.</summary>
    public bool IsPiece => Sector is null;

    /// <summary>The number of the sector of a stretch; null for a piece.</summary>
    public ulong? Sector { get; init; }

    /// <summary>First padded byte of a stretch, a multiple of 128.</summary>
    public long Offset { get; init; }

    /// <summary>Padded bytes of a stretch, a multiple of 128.</summary>
    public long Length { get; init; }

    internal PieceFileName Piece { get; init; }

    /// <summary>A piece of a sector, by its CID of version 1.</summary>
    /// <param name="commP">Its commitment.</param>
    public static WantedData Of(CommD commP) => new() { Name = commP.ToString(), Piece = new PieceFileName(commP, null) };

    /// <summary>
    /// Reads a list: a piece CID of version 1 or 2 a line, alone or as the name of a file (with .car, .piece or .raw behind it), or
    /// sector:offset:size in padded bytes. Empty lines, and what follows a #, are left out; what is listed twice counts once.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="list">What the list is called, for the message.</param>
    /// <exception cref="OperatorException">BadInput: a line is neither, or nothing is wanted.</exception>
    public static IReadOnlyList<WantedData> Read(IEnumerable<string> lines, string list)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Dictionary<string, WantedData> wanted = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.Split(Remark)[0].Trim();
            if (text.Length > 0)
            {
                WantedData one = Parse(text) ?? throw new OperatorException(
                    FailureKind.BadInput,
                    string.Create(CultureInfo.InvariantCulture, $"line {number} of {list} is \"{SafeText.Short(text)}\", neither the CID of a piece nor sector:offset:size"),
                    $"Write a piece CID, baga6ea4seaq… or bafkzcib…, as {UserCommand.Pieces} lists it, or a sector's number, an offset and a size in padded bytes, as 7:0:1MiB.");
                wanted.TryAdd(one.Name, one);
            }
        }

        return wanted.Count > 0 ? [.. wanted.Values] : throw new OperatorException(
            FailureKind.BadInput, $"nothing is wanted in {list}", "Write a piece CID a line.");
    }

    private static WantedData? Parse(string text) => text.Split(Separator) switch
    {
        [var sector, var offset, var size] => Stretch(sector, offset, size),
        [var name] when PieceFileName.TryParse(name, out PieceFileName piece) => new WantedData { Name = piece.V2?.ToString() ?? piece.CommP.ToString(), Piece = piece },
        _ => null,
    };

    private static WantedData? Stretch(string sector, string offset, string size) =>
        ulong.TryParse(sector.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
        && ByteCount.TryParse(offset, out long first) && ByteCount.TryParse(size, out long length)
            ? new WantedData { Name = string.Create(CultureInfo.InvariantCulture, $"{number}:{first}:{length}"), Sector = number, Offset = first, Length = length }
            : null;
}
