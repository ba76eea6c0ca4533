using Filecoin.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server;

/// <summary>Makes an answer of what goes wrong: {"text":"…","hint":"…"}.</summary>
/// <param name="word">How a hint is worded.</param>
/// <param name="log">Told of what nobody foresaw.</param>
internal sealed partial class Failures(Func<Hint, string> word, ILogger log)
{
    /// <summary>Tells a failure.</summary>
    public static Task TellAsync(HttpContext context, int status, string text, string hint)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new SiteTrouble(text, hint), SiteJson.Default.SiteTrouble, cancellationToken: context.RequestAborted);
    }

    /// <summary>Passes a request on.</summary>
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperatorException failure) when (!context.Response.HasStarted)
        {
            int status = failure.Kind == FailureKind.BadInput ? StatusCodes.Status400BadRequest : StatusCodes.Status503ServiceUnavailable;
            await TellAsync(context, status, failure.Message, word(failure.Hint)).ConfigureAwait(false);
        }
        catch (BadHttpRequestException failure) when (!context.Response.HasStarted)
        {
            await TellAsync(context, failure.StatusCode, failure.Message, "").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went.
        }
#pragma warning disable CA1031 // Whatever it is: one answer is lost, and the server goes on.
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            Unforeseen(log, context.Request.Path, failure);
            await TellAsync(context, StatusCodes.Status500InternalServerError, "something failed in a way nobody foresaw", "the log of the server says more").ConfigureAwait(false);
        }
    }

    [LoggerMessage(LogLevel.Error, "answering {Path} failed")]
    private static partial void Unforeseen(ILogger log, string path, Exception failure);
}
