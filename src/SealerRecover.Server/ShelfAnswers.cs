using System.Diagnostics.CodeAnalysis;
using Filecoin.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Server;

/// <summary>
/// Results of this machine for others to fetch: a sector's receipt, and the files that it names, whole or from a byte on. Nothing else is reached,
/// since a file is found by its name in the receipt and not by a path.
/// </summary>
/// <param name="shelf">Where they are; null for nowhere.</param>
internal sealed class ShelfAnswers(ResultShelf? shelf)
{
    private const string Bytes = "application/octet-stream";

    /// <summary>Adds them.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/{RemoteShelf.Path}/{{sector}}", ReceiptAsync);
        routes.MapGet($"/{RemoteShelf.Path}/{{sector}}/{{**name}}", FileAsync);
    }

    private async Task ReceiptAsync(HttpContext context)
    {
        if (TrySector(context, out ResultShelf? on, out SectorId sector) && on.ReceiptOf(sector) is { } receipt)
        {
            await Results.Bytes(receipt, Bytes).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await Failures.TellAsync(context, Refusal.NoResult).ConfigureAwait(false);
    }

    private async Task FileAsync(HttpContext context)
    {
        if (TrySector(context, out ResultShelf? on, out SectorId sector) && context.GetRouteValue("name") is string name
            && on.FileOf(sector, name) is { } path && File.Exists(path))
        {
            await Results.File(path, Bytes, enableRangeProcessing: true).ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        await Failures.TellAsync(context, Refusal.NoResult).ConfigureAwait(false);
    }

    private bool TrySector(HttpContext context, [NotNullWhen(true)] out ResultShelf? on, out SectorId sector)
    {
        on = shelf;
        sector = default;
        return shelf is not null && context.GetRouteValue("sector") is string name && SectorId.TryParseFileName(name, out sector);
    }
}
