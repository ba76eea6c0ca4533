using System.Globalization;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>The unsealed copy of a sector: what is asked for is refused where it is not in it, and where it was given for a sealed file it is recognised.</summary>
internal static class NamedCopy
{
    private static readonly Hint Other = $"Give the unsealed copy of this very sector, or its sealed file with {Setting.SealedFile}.";

    /// <summary>Refuses a copy that is none, or that has not all of the range.</summary>
    /// <exception cref="OperatorException">BadInput, or Storage where it cannot be read or its trailer is not well formed.</exception>
    public static void Check(UnsealRequest request)
    {
        string path = request.UnsealedFile!;
        string named = $"named by {request.NameOf(Setting.UnsealedFile)}";
        if (request.SealedFile is not null || request.UpdateFile is not null)
        {
            throw UnsealFiles.BadInput(
                "both an unsealed copy and a sealed file or an update were named", $"Leave {Setting.SealedFile} and {Setting.UpdateFile} out: what is unsealed needs no key.");
        }

        SectorSize size = request.Facts.SealProof.SectorSize;
        FileLook look = FileLook.Through(path);
        if (look.Kind != FileKind.File)
        {
            throw UnsealFiles.BadInput($"{path}, {named}, {(look.Kind == FileKind.Missing ? "does not exist" : "is not a file")}", Other);
        }

        if (look.Length < size.Bytes)
        {
            throw UnsealFiles.BadInput($"{path}, {named}, is {look.Length} bytes long, but a sector of {size} is at least {size.Bytes}", Other);
        }

        using PaddedFile whole = new(path, size);
        if (DataLook.IsReplica(whole))
        {
            throw UnsealFiles.BadInput(
                $"{path}, {named}, is no unsealed copy: it holds nodes that no padded data has, as sealed files and updates do",
                $"Name it with {Setting.SealedFile}, or with {Setting.UpdateFile} if it is the update of a snapped sector.");
        }

        using UnsealedFile copy = UnsealedFile.Open(path, size);
        if (!copy.Has(request.Range.Padded))
        {
            string ranges = string.Join(", ", copy.Ranges.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Offset} to {range.End}")));
            throw UnsealFiles.BadInput(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} has not all of the padded bytes {request.Range.Padded.Offset} to {request.Range.Padded.End}: it was only unsealed in part, and holds {(ranges.Length > 0 ? ranges : "nothing")}"),
                $"Ask for a piece or a range that is there, or give the sealed file with {Setting.SealedFile}.");
        }
    }

    /// <summary>
    /// Refuses an unsealed copy that was given in the place of a replica, before anything is labelled for it. Its commitment tells; so does a
    /// trailer, which no sealed file has. Nodes tell only what is a replica: those of one sealed over zeros are labels, which could be data.
    /// </summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static void Recognise(UnsealRequest request, string? path, Setting option, CancellationToken cancellation)
    {
        SectorSize size = request.Facts.SealProof.SectorSize;
        if (path is null || FileLook.Through(path) is not { Kind: FileKind.File, Length: long length } || length < size.Bytes)
        {
            return;
        }

        using PaddedFile data = new(path, size);
        if (DataLook.IsReplica(data))
        {
            return;
        }

        CommD found = DataTree.Of(
            data,
            TwoToOneHash.Create(request.How.Kernels.TwoToOne),
            new FixedTreeCores(request.How.Threads),
            SealPhase.CheckData,
            progress: null,
            cancellation);
        string? what = found == SectorContents.Now(request.Facts, cancellation).CommD
            ? $"the unsealed copy of {request.Facts.Sector}: its data has the sector's CommD, {found}"
            : found == SectorContents.SealedOver(request.Facts, cancellation).CommD
                ? $"the unsealed copy of {request.Facts.Sector} before its update: its data has CommD {found}"
            : found == ZeroCommitments.ForSector(size) ? "not sealed: there is nothing but zeros in it"
            : length > size.Bytes
                ? $"not sealed: it looks like an unsealed copy, in part or of another sector, since it is longer than {size}, and its data has CommD {found}"
            : null;
        if (what is null)
        {
            return;
        }

        throw UnsealFiles.BadInput(
            $"{path}, named by {request.NameOf(option)}, is {what}",
            $"Take pieces and ranges out of it, without any labelling, with {Setting.UnsealedFile} instead of {option}.");
    }
}
