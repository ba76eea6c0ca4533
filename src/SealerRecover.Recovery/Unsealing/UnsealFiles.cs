using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Roles;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Whether data can come out of the files that were given, looked at before anything expensive starts.</summary>
internal static class UnsealFiles
{
    private const string Anew = "Give the files of this very sector.";

    /// <summary>Refuses what cannot work: files that are missing, too short or another sector's, and the wrong one of a snapped sector.</summary>
    /// <exception cref="OperatorException">BadInput or SourcesDisagree.</exception>
    public static void Check(UnsealRequest request, Proving proofs, CancellationToken cancellation)
    {
        if (request.UnsealedFile is not null)
        {
            NamedCopy.Check(request);
            return;
        }

        NamedCopy.Recognise(request, request.SealedFile, Setting.SealedFile, cancellation);
        NamedCopy.Recognise(request, request.UpdateFile, Setting.UpdateFile, cancellation);
        SectorId sector = request.Facts.Sector;
        if (request.UpdateFile is null && request.Facts.Update is not null)
        {
            throw BadInput($"{sector} was snapped: its data is in the update, not in the sealed file", $"Name the update with {Setting.UpdateFile}; {Setting.SealedFile} is its key.");
        }

        if (request.UpdateFile is not null && request.Facts.Update is null)
        {
            throw BadInput($"{sector} has no update", $"Name the sealed file with {Setting.SealedFile} instead of {Setting.UpdateFile}.");
        }

        if ((request.UpdateFile ?? request.SealedFile) is null)
        {
            throw BadInput(
                $"no file of {sector} was named",
                $"Name the sealed file with {Setting.SealedFile}, the update with {Setting.UpdateFile}, or an unsealed copy with {Setting.UnsealedFile}.");
        }

        if (request.UpdateFile is not null && request.SealedFile is null && request.Facts.Data is not null)
        {
            throw BadInput(
                $"{sector} held data before its update, so its key cannot be made from labels alone", $"Name the sealed file before the update with {Setting.SealedFile}.");
        }

        CheckFile(request.SealedFile, request.NameOf(Setting.SealedFile), request.Facts.SealProof.SectorSize);
        CheckFile(request.UpdateFile, request.NameOf(Setting.UpdateFile), request.Facts.SealProof.SectorSize);
        CheckCache(request.CacheFolder, request.NameOf(Setting.CacheFolder), request.Facts.SealedCid, proofs);
        if (request.Facts.Update is { } update)
        {
            CheckCache(request.UpdateCacheFolder, request.NameOf(Setting.UpdateCacheFolder), update.SealedCid, proofs);
        }
    }

    /// <summary>The commitment that the labels depend on.</summary>
    /// <exception cref="OperatorException">BadInput: it is told nowhere and the pieces do not give it.</exception>
    public static CommD SealedOver(SectorFacts facts, CancellationToken cancellation) =>
        Known(SectorContents.SealedOver(facts, cancellation));

    /// <summary>The commitment that the update's encoding depends on.</summary>
    /// <exception cref="OperatorException">As for <see cref="SealedOver"/>.</exception>
    public static CommD UpdatedWith(UnsealRequest request, CancellationToken cancellation) =>
        Known(SectorContents.Now(request.Facts, cancellation));

    /// <summary>What came out is not what it should be.</summary>
    public static OperatorException Wrong(UnsealRequest request, UnsealPlan plan, PieceInfo expected, PieceInfo found)
    {
        string replica = request.From;
        if (plan.Key == KeyOrigin.None)
        {
            return new OperatorException(
                FailureKind.CommitmentMismatch,
                $"the data in {replica} has the commitment {found.CommP} instead of {expected.CommP}; nothing was written",
                $"This unsealed copy is damaged, another sector's, or from before an update: give another one, or the sealed file with {Setting.SealedFile}.");
        }

        string key = plan.Key switch
        {
            KeyOrigin.SealedFile => request.SealedFile!,
            KeyOrigin.CacheFolder => LabelKey.LayerIn(request.CacheFolder!, request.Facts.SealProof.Porep),
            _ => $"the labels in {plan.LabelFolder}",
        };
        return new OperatorException(
            FailureKind.CommitmentMismatch,
            $"the data that comes out of {replica} has the commitment {found.CommP} instead of {expected.CommP}; nothing was written",
            plan.LabelFolder is null
                ? $"One of {replica} and {key} is damaged or another sector's; give other copies."
                : $"Most likely {replica} is damaged or another sector's: give another copy. If that is right, delete {key} to have them made again.");
    }

    private static CommD Known(SectorContents contents) => contents.CommD ?? throw new OperatorException(
        FailureKind.BadInput,
        $"CommD of {contents.Sector} is told nowhere, and the order of its pieces is not known to compute it",
        $"Add CommD to its metadata (docs/formats.md) and give that with {Setting.Metadata}.");

    private static void CheckFile(string? path, string option, SectorSize size)
    {
        if (path is null)
        {
            return;
        }

        FileLook look = FileLook.Through(path);
        if (look.Kind != FileKind.File)
        {
            throw BadInput($"{path}, named by {option}, {(look.Kind == FileKind.Missing ? "does not exist" : "is not a file")}", Anew);
        }

        if (look.Length != size.Bytes)
        {
            throw BadInput($"{path}, named by {option}, is {look.Length} bytes long, but a sector of {size} is {size.Bytes}", Anew);
        }
    }

    private static void CheckCache(string? folder, string option, CommR expected, Proving proofs)
    {
        if (folder is null)
        {
            return;
        }

        if (FileLook.Through(folder).Kind != FileKind.Folder)
        {
            throw BadInput($"{folder}, named by {option}, is not a folder", Anew);
        }

        string pAux = Path.Combine(folder, CacheNames.PAux);
        if (FileLook.Through(pAux).Kind == FileKind.Missing)
        {
            return;
        }

        CommR commR = proofs.CommROf(PAuxFile.Read(pAux));
        if (commR != expected)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree, $"{pAux} belongs to CommR {commR}, but the sector's is {expected}", Anew);
        }
    }

    /// <summary>A mistake in what was given.</summary>
    public static OperatorException BadInput(string message, Hint hint) => new(FailureKind.BadInput, message, hint);
}
