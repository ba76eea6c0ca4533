using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Unsealing;
using SealerRecover.Rendering;
using PieceSource = SealerRecover.Recovery.PieceSources.PieceSource;

namespace SealerRecover.Commands;

/// <summary>
/// Says which pieces sectors hold, where each lies, and which of the piece sources seem to have it. Nothing is fetched; files are read only where
/// their names do not tell what they are and no other place has the piece.
/// <code>sealer-recover pieces --miner=f01000 --sector=7 --piece-source=/pieces --piece-source=https://boost.example</code>
/// </summary>
internal sealed class PiecesCommand : ICommand
{
    private const int MostNamed = 5;

    private readonly KnownSectors _sectors = new();

    private readonly PieceSourceOption _sources = new();

    private readonly Option<string?> _temp = new("--sealing-temp")
    {
        Description = $"Folder for work in progress, where an earlier run may have left pieces. Default: {RecoveryOptions.DefaultTemp}.",
        HelpName = "folder",
    };

    /// <summary>Makes the command.</summary>
    public PiecesCommand()
    {
        Syntax = new Command("pieces", "List the pieces that sectors hold, and which of them are in the piece sources.");
        _sectors.AddTo(Syntax);
        Syntax.Add(_sources.Places);
        Syntax.Add(_temp);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "pieces";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        ImmutableArray<PieceSource> sources = _sources.Read(context, _sectors.Node);
        string temp = context.Folders.Absolute(context.Parsed.GetValue(_temp) ?? RecoveryOptions.DefaultTemp, _temp.Name);
        IReadOnlyList<SectorLookupResult> found = await _sectors.FindAsync(context);
        using PieceFetcher? fetcher = sources.IsEmpty ? null : new PieceFetcher(
            sources,
            new PieceStore(temp),
            new PieceFetcherOptions { Threads = context.Host.Cores, CertificateFile = context.Environment.CertificateFile },
            context.Log.CreateLogger<PieceFetcher>(),
            context.Host.Time);
        List<SectorReport> reports = [];
        foreach (SectorLookupResult result in found)
        {
            reports.Add(await ListAsync(context, fetcher, result, sources.Any(source => source is not ToldSource)));
        }

        return new Report { Command = Name, Sectors = reports };
    }

    private static async Task<SectorReport> ListAsync(CommandContext context, PieceFetcher? fetcher, SectorLookupResult result, bool isNamed)
    {
        if (result is not { Facts: { } facts, Failure: null })
        {
            return SectorReport.Failed(result.Sector, result.Failure!);
        }

        try
        {
            if (facts.PiecesUntold)
            {
                throw UntoldPieces.Of(facts.Sector, facts.Holds!, isUpdate: facts.Update is not null);
            }

            SectorContents contents = SectorContents.Now(facts, context.Cancellation);
            List<FoundPiece> pieces = [];
            foreach (PlacedPiece placed in contents.Placed)
            {
                pieces.Add(new FoundPiece(placed, await LookAsync(context, contents, placed, fetcher)));
            }

            context.View.Answered(new PiecesAnswer(contents, pieces));
            return Complaint(contents, pieces, isNamed) is { } complaint
                ? SectorReport.Failed(facts.Sector, complaint)
                : new SectorReport(facts.Sector, SectorResult.Listed, null, null, [], TimeSpan.Zero, null);
        }
        catch (OperatorException failure)
        {
            return SectorReport.Failed(facts.Sector, failure);
        }
    }

    /// <summary>Where a piece seems to be; null where nobody looked: it is zeros, or no sources were given.</summary>
    private static async Task<ImmutableArray<PieceSighting>?> LookAsync(
        CommandContext context, SectorContents contents, PlacedPiece placed, PieceFetcher? fetcher)
    {
        if (fetcher is null || placed.IsZeros)
        {
            return null;
        }

        PiecePlace? place = contents.Order == OrderKnowledge.Unknown ? null : new PiecePlace(contents.Sector, contents.Size, placed.Offset);
        return await fetcher.LookForAsync(new PieceWanted(placed.Piece, place), context.Events.Of(contents.Sector).Pieces, context.Cancellation);
    }

    private static OperatorException? Complaint(SectorContents contents, List<FoundPiece> pieces, bool isNamed)
    {
        if (contents.Agrees == false)
        {
            return new OperatorException(
                FailureKind.SourcesDisagree,
                contents.Order == OrderKnowledge.Unknown
                    ? $"{contents.Sector}: no order of its pieces was found that gives CommD {contents.ToldCommD}"
                    : $"{contents.Sector}: its pieces give CommD {contents.ComputedCommD}, but it is {contents.ToldCommD}",
                "the list is not complete or not in order; write the right one into a metadata file (docs/formats.md) and use that with --metadata");
        }

        // Where only Curio's database was asked, nobody said that the pieces had to be found.
        PieceInfo[] missing =
        [
            .. pieces.Where(piece => isNamed && piece.Sightings is { } seen && seen.All(place => place.IsOutOfReach)).Select(piece => piece.Placed.Piece),
        ];
        if (missing.Length == 0)
        {
            return null;
        }

        string names = string.Join(", ", missing.Take(MostNamed).Select(piece => $"{piece.CommP} ({ByteCount.Text(piece.PaddedSize)})"));
        string more = missing.Length > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {missing.Length - MostNamed} more") : "";
        return new OperatorException(
            FailureKind.PieceMissing,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{contents.Sector}: {missing.Length} of {contents.Needed.Count()} pieces are in none of the piece sources: {names}{more}"),
            "name a folder, an unsealed sector file or an http(s) server that has them with --piece-source, which can be given several times");
    }
}
