using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Where a sector holds something that is wanted.</summary>
/// <param name="Facts">The sector.</param>
/// <param name="Range">Which bytes of it.</param>
/// <param name="Within">The pieces that these lie in, where no commitment is known for just them.</param>
internal sealed record Holding(SectorFacts Facts, UnsealRange Range, IReadOnlyList<UnsealRange> Within);

/// <summary>Which sectors hold what is wanted, and where in them.</summary>
internal sealed class Holders
{
    private readonly Dictionary<SectorId, (SectorFacts Facts, SectorContents Contents)> _sectors = [];
    private readonly Dictionary<SectorId, OperatorException> _unknown;
    private readonly ILookup<CommD, SectorId> _pieces;

    /// <summary>Looks through the pieces of all sectors.</summary>
    public Holders(UnsealManyRequest request, CancellationToken cancellation)
    {
        _unknown = new(request.Unknown);
        foreach (SectorFacts facts in request.Sectors)
        {
            try
            {
                _sectors.Add(facts.Sector, (facts, SectorContents.Now(facts, cancellation)));
            }
            catch (OperatorException failure)
            {
                _unknown.Add(facts.Sector, failure);
            }
        }

        _pieces = _sectors.SelectMany(sector => sector.Value.Contents.Placed.Select(placed => (sector.Key, placed.Piece.CommP)).Distinct())
            .ToLookup(entry => entry.CommP, entry => entry.Key);
    }

    /// <summary>The sectors that hold it, at least one, with the bytes that it is there.</summary>
    /// <exception cref="OperatorException">BadInput: none does, or where it lies is not known.</exception>
    public IReadOnlyList<Holding> Of(WantedData wanted) =>
        wanted.Sector is { } number ? [Stretch(wanted, number)] : Piece(wanted);

    private Holding Stretch(WantedData wanted, ulong number)
    {
        if (_unknown.FirstOrDefault(entry => entry.Key.Number == number).Value is { } failure)
        {
            throw failure;
        }

        (SectorFacts facts, SectorContents contents) = _sectors.Values.FirstOrDefault(sector => sector.Facts.Sector.Number == number);
        return facts is not null
            ? Stretch(facts, contents, UnsealRange.OfPadded(contents, wanted.Offset, wanted.Length))
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{wanted.Name}: nothing is known of a sector {number.ToString(CultureInfo.InvariantCulture)}",
                $"Name it with {Setting.Sectors}, or add it to the metadata file with {UserCommand.Export}.");
    }

    private static Holding Stretch(SectorFacts facts, SectorContents contents, UnsealRange range) => new(facts, range, range.PiecesAround(contents));

    private IReadOnlyList<Holding> Piece(WantedData wanted)
    {
        (SectorFacts Facts, SectorContents Contents)[] named = [.. _pieces[wanted.Piece.CommP].Select(sector => _sectors[sector])];
        (SectorFacts Facts, SectorContents Contents)[] placed = [.. named.Where(sector => sector.Contents.Order != OrderKnowledge.Unknown && Fits(sector.Contents))];
        return placed.Length > 0 ? [.. placed.Select(sector => new Holding(sector.Facts, UnsealRange.Of(sector.Contents, wanted.Name), []))]
            : named.Length > 0 ? throw new OperatorException(
                FailureKind.BadInput,
                $"where piece {wanted.Name} lies in {string.Join(" or ", named.Select(sector => sector.Facts.Sector))} is not known, or its size is another",
                $"{UserCommand.Pieces} lists what is in a sector.")
            : throw new OperatorException(FailureKind.BadInput, NoneHolds(wanted), $"{UserCommand.Pieces} lists what is in a sector; name other sectors with {Setting.Sectors}.");

        bool Fits(SectorContents contents) => wanted.Piece.V2 is not { } version2
            || contents.Placed.Any(one => one.Piece == version2.Piece);
    }

    private string NoneHolds(WantedData wanted)
    {
        int untold = _unknown.Count + _sectors.Values.Count(sector => sector.Contents.Order == OrderKnowledge.Unknown);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"none of the {_sectors.Count} sectors holds piece {wanted.Name}{(untold > 0 ? $"; of {untold} it is not known what they hold" : "")}");
    }
}
