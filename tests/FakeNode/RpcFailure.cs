namespace SealerRecover.Tests;

/// <summary>An error a method answers with.</summary>
internal sealed class RpcFailure(int code, string message, int httpStatus = 200) : Exception(message)
{
    internal int Code { get; } = code;

    internal int HttpStatus { get; } = httpStatus;
}
